"""Checks of who knows what somebody has shown of themselves."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.checks import CheckMessage

from otpguard.checks.codes import error, warning
from otpguard.conf import Settings
from otpguard.core.pumping.intel.number_report import IntelFact
from otpguard.core.signup import Identity
from otpguard.intel.identity import identity_checks
from otpguard.intel.number import known_facts


def signup(mine: Settings) -> Iterable[CheckMessage]:
    """E129, W130: the host's checks must load, and somebody must know of new owners."""
    try:
        identity_checks()
    except (ImportError, TypeError, ValueError) as wrong:
        yield error("otpguard.E129", str(wrong))
    if mine.signup.identity is Identity.IAL2 and not _knows_owners():
        said = 'IDENTITY is "ial2": name a vendor with "reassigned" in NUMBER_INTEL.'
        yield warning("otpguard.W130", said)


def _knows_owners() -> bool:
    try:
        return IntelFact.REASSIGNED in known_facts()
    except (ImportError, TypeError, ValueError):
        return True  # E149 says what is wrong
