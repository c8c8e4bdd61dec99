"""A send that nothing speaks against, and who releases its number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.vault import blind_indexes
from tests import factories

NUMBER = parse_phone("+1 201 555 0123", region="US")


def attempt(**fields: Any) -> Attempt:
    """A stranger asks at sign-up, now."""
    usual: dict[str, Any] = {
        "now": timezone.now(),
        "source": "signup",
        "number": NUMBER,
        "phone_index": blind_indexes(NUMBER.e164)[0],
        "lane": SpendLane.STRANGER,
        "client_ip": "203.0.113.7",
        "channel": "sms",
        "price_micros": 8_800,
    }
    return Attempt(**{**usual, **fields})


def by_support() -> RequestFacts:
    """Somebody of the site, outside any tenant."""
    return replace(factories.facts(factories.staff("support")), now=timezone.now())
