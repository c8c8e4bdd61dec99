"""What the doctor says of WhatsApp senders and of brands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.core.sender_advice import BrandCost, SenderStatus, on_brand, on_sender

NOW = datetime(2026, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def status(**changed: Any) -> SenderStatus:
    usual = {"name": "Acme (w)", "approval": "approved", "category": "AUTHENTICATION"}
    usual |= {"carries_codes": True, "read": True, "read_at": NOW - DAY}
    return SenderStatus(**{**usual, **changed})


@pytest.mark.parametrize(
    ("changed", "level", "says"),
    [
        ({}, "ok", "read on 2026-03-09"),
        ({"read": False, "read_at": None}, "hint", "cannot be asked"),
        ({"carries_codes": False, "approval": "paused"}, "error", "(paused, AUTHENTICATION)"),
        ({"carries_codes": False, "category": ""}, "error", "of no category"),
        (
            {"carries_codes": False, "read_at": None, "fault": "auth_config: x"},
            "error",
            "config: x",
        ),
        ({"read_at": NOW - 4 * DAY, "fault": "auth_config: y"}, "warning", "auth_config: y"),
        ({"read_at": NOW - 4 * DAY}, "warning", "is a worker running?"),
        ({"carries_codes": False, "read_at": None}, "error", "never read: is a worker"),
    ],
)
def test_a_sender_is_judged_by_what_is_known_of_it(
    changed: dict[str, Any], level: str, says: str
) -> None:
    [finding] = on_sender(status(**changed), NOW)
    assert (finding.level, finding.topic) == (level, "whatsapp")
    assert says in finding.text


def cost(**changed: Any) -> BrandCost:
    usual = {"brand": "Żabka", "owner": "the site", "fault": '"Ż" is strange', "segments": 2}
    usual |= {"provider": "texts", "country": "US", "price": 7_900, "messages": 1_200}
    return BrandCost(**{**usual, **changed})


def test_a_brand_of_one_part_is_not_worth_a_line() -> None:
    assert on_brand(cost(segments=1)) == ()


def test_a_brand_of_two_parts_is_told_with_its_price() -> None:
    [finding] = on_brand(cost())
    assert finding.level == "warning"
    assert finding.text == (
        'The brand "Żabka" of the site makes 2 parts of a text ("Ż" is strange): $0.0158 instead of'
        " $0.0079 with texts to US; for the 1200 texts of the last 30 days that is $9.48 more."
    )
    [priceless] = on_brand(cost(price=None))
    assert "has no price here" in priceless.text
