"""The proofs of otpguard."""
