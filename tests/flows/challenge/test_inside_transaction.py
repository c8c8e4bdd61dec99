"""A host's view may run in a transaction (ATOMIC_REQUESTS) when it calls us."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.exceptions import InsideTransaction
from otpguard.flows.challenge.resend import resend_code
from otpguard.models import Challenge, Usage
from otpguard.testing import send_queued
from tests.flows.setting import sent_code, stopped, wrong

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_start_joins_it_and_sends_when_it_commits() -> None:
    who = stopped()
    with transaction.atomic():
        who.start()
        assert SENT == []
    send_queued()
    assert len(SENT) == 1


def test_a_start_that_is_rolled_back_is_neither_counted_nor_sent() -> None:
    who = stopped()
    with transaction.atomic():
        who.start()
        transaction.set_rollback(True)
    send_queued()
    assert (SENT, Challenge.objects.count(), Usage.objects.count()) == ([], 0, 0)


def test_a_resend_joins_it() -> None:
    who = stopped()
    challenge = who.start()
    facts = replace(who.facts, now=timezone.now() + timedelta(seconds=40))
    with transaction.atomic():
        resend_code(facts=facts, challenge_id=challenge.pk, another_way=False)
    challenge.refresh_from_db()
    assert challenge.sends == 2


def test_an_answer_is_refused_by_name_and_not_counted() -> None:
    who = stopped()
    challenge = who.start()
    code = sent_code(challenge)
    with transaction.atomic(), pytest.raises(InsideTransaction, match="answer_challenge"):
        who.answer(challenge, wrong(code))
    challenge.refresh_from_db()
    assert challenge.attempts == 0
