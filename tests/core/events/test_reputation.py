"""Events of prefixes tell what was blocked, released and listed."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG
from otpguard.core.events.reputation import PrefixBlocked

CODES = (
    "prefix.blocked",
    "prefix.released",
    "prefix_rule.set",
    "prefix_rule.ended",
    "prefix_rules.imported",
)


def test_every_event_of_a_prefix_is_in_the_catalog() -> None:
    assert [code for code in CODES if code not in CATALOG] == []


def test_a_block_tells_the_figure_that_led_to_it() -> None:
    event = PrefixBlocked(level="long", key="+923001234", lane="", until="", percent=111)
    assert event.data()["percent"] == 111
