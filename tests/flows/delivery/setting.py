"""The setting of delivery tests: providers that behave as named, and receipts of theirs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from otpguard.channels.base import ReceiptFact
from otpguard.flows.delivery.receipts import ReceiptCounts, record_receipts
from otpguard.models import Challenge, Event

UNKNOWN = ReceiptCounts(unknown=1)
MEMORY = "otpguard.channels.providers.memory.Memory"


def providers(**outcomes: str) -> dict[str, Any]:
    """One provider for each channel, behaving as named."""
    return {
        "PROVIDERS": {
            channel: {
                "BACKEND": MEMORY,
                "OPTIONS": {
                    "channels": [channel],
                    "outcome": outcome,
                    "receipts": outcome == "accepted",
                },
            }
            for channel, outcome in outcomes.items()
        }
    }


def kinds() -> list[str]:
    """The kinds of all events so far, in order."""
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def send_receipt(*facts: ReceiptFact, provider: str = "sms", **known: Any) -> ReceiptCounts:
    """Record what a vendor tells about messages."""
    known.setdefault("now", timezone.now())
    known.setdefault("raw", "as it came")
    return record_receipts(provider=provider, facts=facts, **known)


def state_of(challenge: Challenge, step: int = 0) -> str:
    """The state of one delivery of a challenge."""
    return challenge.deliveries.get(step=step).state
