"""The host's own project: what it has of otpguard, and lines added to its files."""
