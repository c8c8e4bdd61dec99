"""Tests of otpguard.web.embed."""
