"""Why a challenge takes no more answers, and that no more is written than happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.core.reasons import AnswerReason
from otpguard.flows.challenge.closed import (
    exhaust_challenge,
    record_rejected,
    reload_state,
    why_closed,
)
from otpguard.models import Challenge, Event
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("verified", AnswerReason.USED),
        ("canceled", AnswerReason.CANCELED),
        ("repudiated", AnswerReason.CANCELED),
        ("exhausted", AnswerReason.EXHAUSTED),
    ],
)
def test_the_state_says_why(state: str, reason: AnswerReason) -> None:
    now = timezone.now()
    row = Challenge(state=state, created_at=now, expires_at=now)
    assert why_closed(row, now) is reason


def test_an_open_one_is_too_old_ahead_of_its_time_or_used_up() -> None:
    now = timezone.now()
    row = Challenge(state="open", created_at=now, expires_at=now + timedelta(minutes=5))
    assert why_closed(row, now) is AnswerReason.EXHAUSTED
    assert why_closed(row, row.expires_at) is AnswerReason.EXPIRED
    assert why_closed(row, now - timedelta(hours=1)) is AnswerReason.EXPIRED


def test_one_that_went_with_its_factor_counts_as_canceled() -> None:
    challenge = stopped().start()
    Challenge.objects.filter(pk=challenge.pk).update(attempts=2)
    reload_state(challenge)
    assert (challenge.state, challenge.attempts) == ("open", 2)
    Challenge.objects.all().delete()
    reload_state(challenge)
    assert (challenge.state, challenge.attempts) == ("canceled", 2)


def test_only_an_open_one_is_exhausted() -> None:
    challenge, now = stopped().start(), timezone.now()
    assert exhaust_challenge(challenge, now)
    assert not exhaust_challenge(challenge, now)
    challenge.refresh_from_db()
    assert (challenge.state, challenge.due_at) == ("exhausted", None)


def test_made_up_ids_are_one_event_and_each_challenge_has_its_own() -> None:
    who, other = stopped(), stopped()
    for _ in range(3):
        record_rejected(who.facts, None, uuid4(), AnswerReason.UNKNOWN)
    for challenge in (who.start(), other.start()):
        facts = replace(who.facts, user=str(challenge.user_id))
        challenge.refresh_from_db()
        for _ in range(2):
            record_rejected(facts, challenge, challenge.pk, AnswerReason.USED)
    assert Event.objects.filter(kind="challenge.rejected").count() == 3
