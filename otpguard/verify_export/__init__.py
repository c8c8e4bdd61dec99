"""Check a proof bundle of the audit log: `python -m otpguard.verify_export BUNDLE`.

It needs the standard library, and uses `cryptography` where that is installed; no Django, no
database and no trust in the site.
"""
