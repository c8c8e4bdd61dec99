"""Checks of the vendors that know something about phone numbers."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.checks import CheckMessage

from otpguard.checks.codes import error, warning
from otpguard.conf import Settings
from otpguard.core.pumping.intel.number_intel import UnknownSwap
from otpguard.core.pumping.intel.number_report import IntelFact
from otpguard.intel.number import known_facts


def number_intel(mine: Settings) -> Iterable[CheckMessage]:
    """E149, W148: they must load, and one must know what is asked of a changed SIM card."""
    config = mine.number_intel
    try:
        facts = known_facts()
    except (ImportError, TypeError, ValueError) as wrong:
        yield error("otpguard.E149", str(wrong))
        return
    strict = config.terms.unknown_swap is UnknownSwap.ANOTHER_FACTOR
    if strict and IntelFact.SIM_SWAP not in facts:
        said = 'SIM_SWAP_UNKNOWN is "another_factor": name a vendor with "sim_swap".'
        yield warning("otpguard.W148", said)
