"""Numbered system checks: every misconfiguration that can be seen before the first request.

`otpguard.apps` registers each by its path.
"""
