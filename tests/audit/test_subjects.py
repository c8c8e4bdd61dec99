"""References of people in the log, their keys, and what is left once these are erased."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard import vault
from otpguard.audit import subjects
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.private import decrypt_private
from otpguard.audit.recorder import record
from otpguard.audit.subjects import (
    decrypt_for,
    encrypt_for,
    forget_subjects,
    known_subjects,
    subjects_of,
)
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.models import Event, SubjectKey

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, tzinfo=UTC)


def test_a_person_has_one_random_reference_which_everybody_takes() -> None:
    first = subjects_of(["7", "8", ""])
    forget_subjects()
    again = subjects_of(["8", "7"])
    assert {user: each.ref for user, each in again.items()} == {
        user: each.ref for user, each in first.items()
    }
    assert len({each.ref for each in first.values()}) == 2
    assert "7" not in first["7"].ref.split("-")


def test_no_statement_is_needed_while_the_key_is_at_hand() -> None:
    subjects_of(["7"])
    with CaptureQueriesContext(connection) as said:
        subjects_of(["7"])
        known_subjects([subjects_of(["7"])["7"].ref])
    assert len(said) == 0


def test_many_people_cost_one_journey() -> None:
    with CaptureQueriesContext(connection) as said:
        subjects_of([str(number) for number in range(50)])
    assert len(said) == (1 if connection.vendor == "postgresql" else 2)


def test_of_two_references_that_were_made_at_once_both_are_the_persons_and_one_is_taken() -> None:
    one = subjects_of(["7"])["7"]
    two = SubjectKey(ref=uuid4(), user_key="7")
    two.secret = f"{two.ref} {'ab' * 32} 7"
    two.save()
    forget_subjects()
    taken = subjects_of(["7"])["7"].ref
    assert taken == min(one.ref, str(two.ref))
    both = known_subjects([one.ref, str(two.ref)])
    assert {each.user for each in both.values()} == {"7"}


def test_a_row_that_is_made_to_speak_of_somebody_else_speaks_of_nobody() -> None:
    ref = subjects_of(["7"])["7"].ref
    SubjectKey.objects.update(user_key="8")
    forget_subjects()
    assert known_subjects([ref]) == {}


def test_what_is_no_reference_is_not_looked_for() -> None:
    assert known_subjects(["7", "x", str(uuid4())]) == {}


def test_only_the_event_and_the_person_that_it_was_made_for_open_a_ciphertext() -> None:
    people, event = subjects_of(["7", "8"]), uuid4()
    token = encrypt_for(people["7"], b"203.0.113.7", event=event)
    assert decrypt_for(people["7"], token, event=event) == b"203.0.113.7"
    for who, where in ((people["8"], event), (people["7"], uuid4())):
        with pytest.raises(vault.UndecryptableError):
            decrypt_for(who, token, event=where)
    with (
        override_settings(OTPGUARD={"INSTALLATION": "elsewhere.example"}),
        pytest.raises(vault.UndecryptableError),
    ):
        decrypt_for(people["7"], token, event=event)


def test_somebody_whose_key_is_lost_gets_another_one_for_what_comes() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["old root key " * 3]}):
        lost = subjects_of(["7"])["7"].ref
    with override_settings(OTPGUARD={"ROOT_KEYS": ["new root key " * 3]}):
        assert subjects_of(["7"])["7"].ref != lost
        assert known_subjects([lost])[lost].key == b""


def test_without_their_key_an_event_says_nothing_of_them() -> None:
    where = Circumstances(now=NOW, actor="7", subject="8", client_ip="203.0.113.7", target="Deal 7")
    row = Event.objects.get(pk=record(CheckpointDenied(reason="held"), where))
    erased = {"user_key": "", "secret": "", "erased_at": timezone.now()}
    SubjectKey.objects.filter(pk=json.loads(row.body)["actor"]).update(**erased)
    forget_subjects()
    assert decrypt_private(row) == {"target": "Deal 7"}


def test_a_key_is_at_hand_for_a_minute_at_most() -> None:
    assert subjects.KEPT <= 60
