"""The layer of countries: a stranger's number must be of a country that the site sends to."""

from __future__ import annotations

from otpguard.core.pumping.attempt import Attempt
from otpguard.core.pumping.country import country_signal
from otpguard.core.pumping.verdict import Signal


def look_at_country(attempt: Attempt) -> Signal | None:
    """REFUSE for a number outside the countries of the attempt. Nothing where they were looked at
    when the message was planned. Reads no row."""
    if attempt.countries is None:
        return None
    return country_signal(attempt.number.e164, allowed=attempt.countries)
