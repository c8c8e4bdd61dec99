"""Public signals for host projects. Never used inside otpguard.

Each is sent after the commit of the change it reports, with keyword arguments only.
"""

from __future__ import annotations

from django.dispatch import Signal

challenge_verified = Signal()
"""A factor was proven: `user_id`, `tenant_id`, `checkpoint`, `method`."""

challenge_repudiated = Signal()
"""Somebody pressed "this was not me": `user_id`, `tenant_id`, `checkpoint`."""
