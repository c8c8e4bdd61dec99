"""The contract of number vendors holds for ours, and a vendor that cannot be trusted breaks it."""

from __future__ import annotations

import pytest

from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery, NumberReport
from otpguard.intel.number import NoAnswer
from otpguard.testing.number_intel_contract import NumberIntelContract
from otpguard.testing.vendor_server import vendor


class Trusting:
    """A driver that says that all is well without asking anybody."""

    facts = frozenset({IntelFact.SIM_SWAP})

    def look_up(self, _query: NumberQuery, *, until: float) -> NumberReport | NoAnswer:
        """Never swapped."""
        assert until
        return NumberReport(swapped=False)


def test_a_driver_that_takes_silence_for_a_no_breaks_it() -> None:
    suite = NumberIntelContract()
    with vendor() as server, pytest.raises(AssertionError):
        suite.test_a_vendor_that_misbehaves_says_nothing_in_time(server, Trusting(), "drop")


def test_whoever_inherits_gives_the_driver() -> None:
    with pytest.raises(NotImplementedError):
        NumberIntelContract().made("https://vendor.example")
