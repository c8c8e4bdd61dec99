"""What a service is told of a verification: a message for each outcome, the same each time."""

from __future__ import annotations

import json

import pytest

from otpguard.core.challenge import ChallengeState
from otpguard.core.host_event import known_event
from otpguard.core.siem.verification_call import CALL_TYPES, call_body

AT = "2026-11-28T17:00:00+00:00"


def test_each_end_of_a_verification_has_a_message() -> None:
    # Only the holder of an account can repudiate, and here there is no account.
    ends = set(ChallengeState) - {ChallengeState.REPUDIATED}
    assert {told.state for told in CALL_TYPES.values()} == {*ends, ""}
    assert len({told.name for told in CALL_TYPES.values()}) == len(CALL_TYPES)


def test_the_kinds_are_of_the_catalog() -> None:
    assert all(known_event(kind) is not None for kind in CALL_TYPES)


def test_a_body_has_type_time_and_data_and_is_the_same_each_time() -> None:
    body = call_body("challenge.exhausted", at=AT, data={"id": "v", "channel": "sms"})
    assert json.loads(body) == {
        "type": "verification.failed",
        "timestamp": AT,
        "data": {"id": "v", "channel": "sms", "state": "exhausted"},
    }
    assert body == call_body("challenge.exhausted", at=AT, data={"channel": "sms", "id": "v"})


def test_a_test_is_of_no_verification() -> None:
    assert json.loads(call_body("siem.tested", at=AT, data={"id": "e"}))["data"] == {"id": "e"}


def test_another_event_is_no_message() -> None:
    with pytest.raises(KeyError):
        call_body("challenge.sent", at=AT, data={})
