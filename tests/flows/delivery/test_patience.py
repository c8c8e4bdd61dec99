"""How long a message is waited for before the next channel is tried."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.delivery.patience import WITHOUT_RECEIPTS, due_after_send
from otpguard.models import Challenge, Delivery

NOW: datetime = timezone.now()
PLAN = [{"channel": "sms", "provider": "sms"}, {"channel": "voice", "provider": "voice"}]


def due(*, receipts: bool = True, remote: bool = False, **changed: Any) -> timedelta | None:
    challenge = Challenge(**{"plan": PLAN, "fallback_seconds": 8, **changed})
    delivery = Delivery(step=0, provider="sms", channel="sms", receipts=receipts, remote=remote)
    found = due_after_send(challenge, delivery, NOW)
    return None if found is None else found - NOW


def test_a_route_with_receipts_is_waited_for_as_the_policy_says() -> None:
    assert due() == timedelta(seconds=8)
    assert due(receipts=False, remote=True) == timedelta(seconds=8)


def test_a_route_of_which_nothing_is_heard_gets_longer_unless_the_policy_gives_more() -> None:
    assert due(receipts=False) == WITHOUT_RECEIPTS
    assert due(receipts=False, fallback_seconds=60) == timedelta(seconds=60)


@pytest.mark.parametrize(
    "changed", [{"step": 1}, {"state": "verified"}, {"plan": PLAN[:1]}, {"sends": 6}]
)
def test_nothing_is_waited_for_when_nothing_would_follow(changed: dict[str, Any]) -> None:
    assert due(**changed) is None
