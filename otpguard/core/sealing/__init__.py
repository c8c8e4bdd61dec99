"""The arithmetic of the sealed log: trees, tiles and signed notes, as RFC 6962 and C2SP have them.

Plain Python and nothing else, so that `otpguard.verify_export` runs where no Django is.
"""
