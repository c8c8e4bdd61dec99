"""The worker's half: who gets a link, and what becomes of jobs that were lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.password_reset import LINK_LIFE
from otpguard.flows.password_reset.send_link import send_reset_link
from otpguard.flows.sweep import sweep
from otpguard.models import Event, Notice, ResetLink, ResetRequest
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def job(email: str, *, age: timedelta = timedelta(0), **known: Any) -> ResetRequest:
    facts = {"email": email, "language": "en", "client_ip": "", "agent": "", "host": "testserver"}
    facts["not_me"] = ""
    link = "http://testserver/password-reset/otpguard-uid/otpguard-token/"
    made = timezone.now() - age
    return ResetRequest.objects.create(
        job=json.dumps({**facts, "link": link, **known}), created_at=made, due_at=made
    )


def send(row: ResetRequest) -> int:
    return send_reset_link(request_id=str(row.pk), now=timezone.now())


def reason() -> str:
    return str(Event.objects.get(kind="password_reset.withheld").body)


def test_each_account_of_an_email_gets_its_own_link() -> None:
    users = [factories.user(email="kim@example.com") for _ in range(2)]
    assert send(job("kim@example.com")) == 2
    assert {row.user_id for row in ResetLink.objects.all()} == {user.pk for user in users}
    assert Notice.objects.filter(kind="password_reset").count() == 2


def test_a_look_alike_gets_nothing() -> None:
    factories.user(email="mike@example.org")
    assert send(job("m\u0131ke@example.org")) == 0, "a dotless i"
    assert "no_account" in reason()


def test_a_job_that_waited_too_long_sends_nothing() -> None:
    user = factories.user()
    assert send(job(user.email, age=LINK_LIFE)) == 0
    assert not ResetLink.objects.exists()
    assert "too_late" in reason()


def test_a_repeat_and_two_workers_at_once_send_one_link() -> None:
    user = factories.user()
    row = job(user.email)
    assert sorted(race(lambda: send(row), threads=4)) == [0, 0, 0, 1]
    assert send(row) == 0
    assert ResetLink.objects.count() == 1


def test_the_sweep_finds_a_job_that_the_broker_has_lost() -> None:
    user = factories.user()
    row = job(user.email, age=timedelta(seconds=10))
    now = timezone.now()
    assert sweep(now=now).resets == 1
    assert sweep(now=now).resets == 0, "not again at once"
    row.refresh_from_db()
    assert row.due_at > now
