"""How many statements each page costs over HTTP, those of Django's session and user included.

Policies are in the process's cache, as they are after the first request of a tenant, and so is
whether emergency access is open, as it is for ten seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from otpguard.channels.prices import rate_at
from otpguard.channels.providers.memory import SENT
from otpguard.flows.checkpoint.refusals import lately
from otpguard.http import challenge_token
from otpguard.models import Challenge, Event, Factor, Grant
from otpguard.testing import pass_step_up
from tests.flows.setting import wrong
from tests.host import Host
from tests.models.rows import postgres_only
from tests.stepup import begin

pytestmark = [pytest.mark.django_db(transaction=True), postgres_only]


@pytest.fixture(autouse=True)
def warm(host: Host) -> None:
    """A page of the tenant was shown a moment ago."""
    host.client.get("/security/")


@contextmanager
def statements(most: int, *, in_commits: int | None = None) -> Iterator[None]:
    """At most so many; what begins and ends a transaction is none. What is written outside one
    commits by itself."""
    with CaptureQueriesContext(connection) as captured:
        yield
    every = [query["sql"] for query in captured]
    said = [sql for sql in every if sql not in {"BEGIN", "COMMIT"}]
    assert len(said) <= most, "\n".join([f"{len(said)}:", *said])
    if in_commits is not None:
        assert commits(every) == in_commits, "\n".join(every)


def commits(every: Sequence[str]) -> int:
    """How often they commit something."""
    count, inside = 0, False
    for before, sql in pairwise(("", *every)):
        inside = sql == "BEGIN" or (inside and sql != "COMMIT")
        alone = not inside and sql.startswith(("INSERT", "UPDATE", "DELETE", "WITH counted"))
        count += alone or (sql == "COMMIT" and before != "BEGIN")
    return count


@pytest.fixture
def refused(host: Host) -> Callable[[], HttpResponse]:
    """A guarded page that refuses, as for the first time."""
    host.client.get("/billing/")

    def ask() -> HttpResponse:
        return host.client.get("/billing/")

    lately.clear()
    return ask


def test_a_guard_that_refuses_reads_once_and_writes_its_event(
    refused: Callable[[], HttpResponse],
) -> None:
    Event.objects.all().delete()
    with statements(4):
        assert refused().status_code == 303
    assert Event.objects.filter(kind="checkpoint.required").count() == 1


def test_a_guard_that_expects_a_pass_reads_no_factors(host: Host) -> None:
    pass_step_up(host.client)
    host.client.get("/billing/")
    with CaptureQueriesContext(connection) as captured:
        assert host.client.get("/billing/").status_code == 200
    assert len(captured) == 3
    assert not any("otpguard_factor" in query["sql"] for query in captured)


def test_a_wrong_guess_costs_one_statement_and_decides_alike(host: Host) -> None:
    pass_step_up(host.client)
    assert host.client.get("/billing/").status_code == 200
    Grant.objects.all().delete()
    with statements(5):
        assert host.client.get("/billing/").status_code == 303


def test_the_page_to_choose_on(host: Host, refused: Callable[[], HttpResponse]) -> None:
    page = refused()["Location"]
    with statements(5):
        assert host.client.get(page).status_code == 200


def test_the_page_to_choose_on_when_the_last_proof_is_not_enough(host: Host) -> None:
    pass_step_up(host.client)
    Grant.objects.update(verified_at="2020-01-01T00:00:00Z")
    page = host.client.get("/billing/")["Location"]
    with statements(5):
        assert host.client.get(page).status_code == 200


def test_the_page_to_enter_the_code_on(host: Host) -> None:
    challenge = begin(host.client, host.client.get("/billing/"))
    with statements(4):
        page = host.client.get(reverse("otpguard:code", args=[challenge.pk]))
    assert page.status_code == 200


def test_the_new_session_key_of_a_right_answer_costs_three_statements(host: Host) -> None:
    challenge = begin(host.client, host.client.get("/billing/"))
    url = reverse("otpguard:code", args=[challenge.pk])
    with CaptureQueriesContext(connection) as captured:
        assert host.client.post(url, {"code": SENT[-1].code.digits}).status_code == 303
    said = [query["sql"].split('"')[:2] for query in captured]
    moved = [words for words in said if words[-1] in {"django_session", "otpguard_loginsession"}]
    assert [words[0].strip() for words in moved if not words[0].startswith("SELECT")] == [
        "UPDATE",
        "UPDATE",
        "INSERT INTO",
    ]


def test_starting_a_challenge(host: Host, refused: Callable[[], HttpResponse]) -> None:
    page = refused()["Location"]
    with statements(7):
        assert host.client.post(page, {"factor": str(host.factor.pk)}).status_code == 302


def test_asking_how_the_code_is_doing(host: Host) -> None:
    challenge = begin(host.client, host.client.get("/billing/"))
    with statements(1):
        host.client.get(reverse("otpguard:status", args=[challenge_token.encrypt(challenge.pk)]))


def test_a_wrong_answer(host: Host) -> None:
    challenge = begin(host.client, host.client.get("/billing/"))
    url = reverse("otpguard:code", args=[challenge.pk])
    with statements(7):
        assert host.client.post(url, {"code": wrong(SENT[-1].code.digits)}).status_code == 400


def test_a_right_answer_takes_three_commits(host: Host) -> None:
    rate_at(provider="memory", channel="sms", country="US", now=timezone.now())
    challenge = begin(host.client, host.client.get("/billing/"))
    url = reverse("otpguard:code", args=[challenge.pk])
    with statements(12, in_commits=3):
        assert host.client.post(url, {"code": SENT[-1].code.digits}).status_code == 303


def test_setting_up_a_number_evaluates_what_is_asked_once(host: Host) -> None:
    Factor.objects.all().delete()
    page = host.client.get(host.client.get("/billing/")["Location"])["Location"]
    with CaptureQueriesContext(connection) as captured:
        host.client.post(page, {"number": "+12015550123"})
    assert Challenge.objects.get().enrolls
    asked = [query["sql"] for query in captured if "FROM otpguard_membership m" in query["sql"]]
    assert len(asked) == 2, "once for what is asked, once for how long a new number waits here"
