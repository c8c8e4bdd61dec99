"""Hypothesis counts no time here: a slow machine is no failing law."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("otpguard", deadline=None)
settings.load_profile("otpguard")
