"""The catalog of audit events as machines use it; its completeness is a law of the house."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest

from otpguard.core import canonical
from otpguard.core.events.base import CATALOG, Event, Ocsf, event, field_names
from otpguard.core.events.challenge import ChallengeStarted
from otpguard.core.events.checkpoint import CheckpointPassed
from otpguard.core.events.tenant import PolicyChanged
from otpguard.core.registry import DuplicateNameError, UnknownNameError


def test_an_event_is_found_by_its_code() -> None:
    assert CATALOG.get("checkpoint.passed") is CheckpointPassed


def test_an_unknown_code_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r'did you mean "checkpoint\.passed"'):
        CATALOG.get("checkpoint.pased")


def test_a_code_is_never_used_again_for_another_event() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Impostor(Event):
        """Wants the code of another."""

    with pytest.raises(DuplicateNameError):
        event("checkpoint.passed", "Impostor", Ocsf(3002, 1))(Impostor)
    assert CATALOG.get("checkpoint.passed") is CheckpointPassed


def test_an_event_gives_its_own_fields_as_plain_json() -> None:
    passed = CheckpointPassed(grant="g1", method="totp", level="AAL2")
    assert passed.data() == {"grant": "g1", "method": "totp", "level": "AAL2", "bound": False}
    assert field_names(CheckpointPassed) == tuple(passed.data())


def test_events_with_lists_and_objects_have_a_canonical_form() -> None:
    started = ChallengeStarted(factor="f", kind="phone", channels=["sms", "voice"])
    changed = PolicyChanged(version=2, wishes={"ttl": 600}, weakened=["ttl"])
    assert b'"channels":["sms","voice"]' in canonical.canonical_bytes(started.data())
    assert b'"wishes":{"ttl":600}' in canonical.canonical_bytes(changed.data())


def test_a_fact_cannot_be_changed_afterwards() -> None:
    passed = CheckpointPassed(grant="g1", method="totp", level="AAL2")
    with pytest.raises(FrozenInstanceError):
        passed.level = "AAL3"


def test_the_ocsf_type_is_class_and_activity() -> None:
    assert Ocsf(class_uid=3002, activity=6).type_uid == 300206
