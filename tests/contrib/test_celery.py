"""A task that acts for somebody runs only with the ticket of the request that passed for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import Task, shared_task
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone

from otpguard import vault
from otpguard.contrib.celery import HEADER, delay_for, requires_grant
from otpguard.core.decision import Reason
from otpguard.exceptions import StepUpRefused
from otpguard.models import LoginSession, Membership
from otpguard.testing import pass_step_up
from tests.celery_app import app
from tests.host import Host
from tests.store_down import store_down

ran: list[str] = []
queued: list[dict[str, Any]] = []


@shared_task
@requires_grant("api_key")
def make_key(name: str) -> None:
    ran.append(name)


@shared_task
@requires_grant("api_key")
def another(name: str) -> None:
    ran.append(f"another {name}")


@shared_task
def unguarded() -> None:
    ran.append("unguarded")


def queue_it(request: HttpRequest) -> HttpResponse:
    delay_for(request, make_key, request.POST["name"], target="a key")
    return HttpResponse("queued")


urlpatterns = [path("queue/", queue_it), path("security/", include("otpguard.urls"))]


@pytest.fixture
def jobs(host: Host, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """The host; what it queues is kept, and `work` carries it out as a worker would."""
    settings.ROOT_URLCONF = sys.modules[__name__].__name__
    app.set_current()
    ran.clear()
    queued.clear()
    monkeypatch.setattr(Task, "apply_async", lambda _task, **call: queued.append(call))
    yield host
    ran.clear()
    queued.clear()


def work(task: Any = make_key, **changed: Any) -> None:
    """Carry out what was queued last."""
    task.apply(**{**queued[-1], **changed}, throw=True)


def why(task: Any = make_key, **changed: Any) -> Reason:
    with pytest.raises(StepUpRefused) as refused:
        work(task, **changed)
    assert ran == []
    return refused.value.decision.reason


def queue(host: Host) -> None:
    pass_step_up(host.client)
    assert host.client.post("/queue/", {"name": "ci"}).content == b"queued"


def test_without_a_proof_nothing_is_queued(jobs: Host) -> None:
    assert jobs.client.post("/queue/", {"name": "ci"}).status_code == 303
    assert queued == []


def test_with_a_proof_the_task_runs(jobs: Host) -> None:
    queue(jobs)
    work()
    assert ran == ["ci"]


def test_a_task_that_was_queued_without_a_ticket_does_nothing(jobs: Host) -> None:
    queue(jobs)
    assert why(headers={}) is Reason.NOT_LOGGED_IN
    assert why(headers={HEADER: "made up"}) is Reason.NOT_LOGGED_IN


def test_a_ticket_is_of_one_task_and_its_arguments(jobs: Host) -> None:
    queue(jobs)
    assert why(args=("eve",)) is Reason.NOT_LOGGED_IN
    assert why(another) is Reason.NOT_LOGGED_IN


def test_a_ticket_ends_after_an_hour(jobs: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(jobs)
    monkeypatch.setattr("otpguard.contrib.celery.LIFE", timedelta(seconds=-1))
    assert why() is Reason.NOT_LOGGED_IN


def test_who_has_left_or_is_held_or_has_logged_out_gets_nothing_done(jobs: Host) -> None:
    queue(jobs)
    membership = Membership.objects.filter(user=jobs.user)
    membership.update(active=False)
    assert why() is Reason.MEMBERSHIP_INACTIVE
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    membership.update(active=True, held={"api_key": until})
    assert why() is Reason.HELD
    membership.update(held={})
    LoginSession.objects.filter(user=jobs.user).update(ended_at=timezone.now())
    assert why() is Reason.NOT_LOGGED_IN


def test_an_account_that_was_switched_off_gets_nothing_done(jobs: Host) -> None:
    queue(jobs)
    type(jobs.user).objects.filter(pk=jobs.user.pk).update(is_active=False)
    assert why() is Reason.USER_INACTIVE


@pytest.mark.django_db(transaction=True)
def test_without_a_store_the_task_does_nothing(jobs: Host) -> None:
    queue(jobs)
    with store_down():
        assert why() is Reason.STORE_UNAVAILABLE


def test_a_task_without_a_checkpoint_is_an_error(jobs: Host) -> None:
    with pytest.raises(TypeError, match="requires_grant"):
        delay_for(HttpRequest(), unguarded)


def test_a_ticket_says_nothing_to_who_reads_the_broker(jobs: Host) -> None:
    queue(jobs)
    ticket = queued[-1]["headers"][HEADER]
    assert str(jobs.tenant.pk) not in ticket
    with pytest.raises(vault.UndecryptableError):
        vault.decrypt_token(vault.ASK, ticket, max_age=timedelta(hours=1))
