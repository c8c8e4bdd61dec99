"""Logins, known devices and the end of proofs."""
