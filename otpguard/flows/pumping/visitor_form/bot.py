"""The layer that looks for scripts at the form."""

from __future__ import annotations

from otpguard.core.pumping.attempt import Attempt
from otpguard.core.pumping.verdict import Signal
from otpguard.core.pumping.visitor_form.bot import look_for_bot


def look_at_form(attempt: Attempt) -> Signal | None:
    """What the form of a send showed; None if nothing speaks against it. Reads nothing."""
    return look_for_bot(attempt.form)
