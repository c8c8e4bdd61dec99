"""Events about numbers that may have changed hands name the factor, not the number."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG
from otpguard.core.events.number_intel import NumberDoubted


def test_a_doubt_says_what_was_found_and_what_follows() -> None:
    event = NumberDoubted(factor="f", finding="sim_swapped", withheld=True)
    assert NumberDoubted in list(CATALOG)
    assert event.code == "phone_number.doubted"
    assert event.data() == {
        "factor": "f",
        "finding": "sim_swapped",
        "withheld": True,
        "count": 1,
    }
