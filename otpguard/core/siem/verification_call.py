"""What a service is told of its verifications by webhook: one message for each outcome.

A message names the verification and what became of it, never a number or a code: who reads it by
mistake learns nothing of a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from otpguard.core.challenge import ChallengeState


@dataclass(frozen=True, slots=True)
class CallType:
    """The `type` of a message, and the state of its verification, empty for one about none."""

    name: str
    state: str = ""


TEST_KIND = "siem.tested"

CALL_TYPES: Mapping[str, CallType] = MappingProxyType(
    {
        "challenge.verified": CallType("verification.verified", ChallengeState.VERIFIED.value),
        "challenge.exhausted": CallType("verification.failed", ChallengeState.EXHAUSTED.value),
        "challenge.expired": CallType("verification.expired", ChallengeState.EXPIRED.value),
        "challenge.canceled": CallType("verification.canceled", ChallengeState.CANCELED.value),
        # It stays open until it expires: a code that is late may still arrive.
        "challenge.undeliverable": CallType("verification.undelivered", ChallengeState.OPEN.value),
        TEST_KIND: CallType("webhook.tested"),
    }
)
"""By the kind of the event in the log."""


def call_body(kind: str, *, at: str, data: Mapping[str, Any]) -> bytes:
    """The body of a message: `type`, `timestamp` and `data`, as Standard Webhooks proposes.

    `at` is when it happened, in ISO 8601. The same event has the same body each time. Raises
    KeyError for a kind that is none of CALL_TYPES.
    """
    told = CALL_TYPES[kind]
    more = {"state": told.state} if told.state else {}
    document = {"type": told.name, "timestamp": at, "data": {**data, **more}}
    return json.dumps(document, sort_keys=True).encode()
