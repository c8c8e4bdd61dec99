"""Signing out elsewhere really logs the other browsers out, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from otpguard import sessions
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.session.sign_out import end_others, open_sessions
from otpguard.models import Event, Grant, LoginSession
from otpguard.testing import pass_step_up
from otpguard.testing.racing import race
from tests import factories
from tests.host import Host
from tests.stepup import begin, go_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["db", "cache", "cached_db"])
def engine(request: Any, settings: Any) -> None:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"


def facts_of(host: Host, client: Client) -> RequestFacts:
    return factories.facts(host.user, host.tenant, sid=factories.sid_of(client))


def who_is(client: Client) -> str:
    """Whom an unguarded page takes this browser for."""
    return str(client.get("/whoami/").json()["user"])


def test_the_other_browser_is_logged_out_of_an_unguarded_page(engine: None, host: Host) -> None:
    other = host.another_client()
    assert who_is(other) == str(host.user)
    assert end_others(facts=facts_of(host, host.client)) == 1
    assert who_is(other) == ""
    assert who_is(host.client) == str(host.user)


def test_a_browser_whose_key_rotated_at_a_step_up_is_logged_out_as_well(
    engine: None, host: Host
) -> None:
    other = host.another_client(headers={"Accept": "text/html"})
    before = other.cookies["sessionid"].value
    challenge = begin(other, other.get("/billing/"))
    go_on(other, challenge)
    assert other.cookies["sessionid"].value != before
    end_others(facts=facts_of(host, host.client))
    assert who_is(other) == ""


def test_a_browser_whose_key_django_changed_by_itself_is_logged_out_as_well(
    engine: None, host: Host
) -> None:
    other = host.another_client()
    before = other.cookies["sessionid"].value
    other.post("/password/", {"password": "another long password"})
    assert other.cookies["sessionid"].value != before
    assert who_is(other) == str(host.user)
    fresh = factories.login(Client(), type(host.user).objects.get(pk=host.user.pk), host.tenant)
    end_others(facts=facts_of(host, fresh))
    assert who_is(other) == ""
    assert who_is(fresh) == str(host.user)


def test_with_the_logins_their_proofs_and_open_challenges_end(host: Host) -> None:
    other = host.another_client(headers={"Accept": "text/html"})
    mine = pass_step_up(host.client)
    challenge = begin(other, other.get("/billing/"))
    theirs = pass_step_up(other)
    ended = LoginSession.objects.get(pk=factories.sid_of(other))
    end_others(facts=facts_of(host, host.client))
    challenge.refresh_from_db()
    ended.refresh_from_db()
    assert challenge.state == "canceled"
    assert list(Grant.objects.filter(revoked_at=None)) == [mine]
    assert theirs != mine
    assert ended.ended_at is not None
    assert not ended.session_key, "nothing is kept of what is over"
    row = Event.objects.get(kind="session.ended")
    assert (row.subject_ref, "signed out elsewhere" in row.body) == (str(host.user.pk), True)


def test_somebody_elses_browser_stays_logged_in(host: Host) -> None:
    colleague = factories.member(host.tenant).user
    theirs = factories.login(Client(), colleague, host.tenant)
    assert end_others(facts=facts_of(host, host.client)) == 0
    assert who_is(theirs) == str(colleague)


def test_what_an_earlier_try_ended_and_did_not_reach_is_reached_now(host: Host) -> None:
    other = host.another_client()
    LoginSession.objects.filter(pk=factories.sid_of(other)).update(ended_at=timezone.now())
    assert who_is(other) == str(host.user)
    assert end_others(facts=facts_of(host, host.client)) == 0
    assert who_is(other) == ""


def test_a_bearer_token_and_a_login_that_was_ended_throw_nobody_out(host: Host) -> None:
    thief = host.another_client()
    LoginSession.objects.filter(pk=factories.sid_of(thief)).update(ended_at=timezone.now())
    for facts in (
        factories.facts(host.user, host.tenant),
        facts_of(host, thief),
        factories.facts(factories.user(), sid=factories.sid_of(host.client)),
    ):
        with pytest.raises(NotAllowed):
            end_others(facts=facts)
    assert who_is(host.client) == str(host.user)


def test_of_two_browsers_that_end_each_other_one_stays(host: Host) -> None:
    clients = [host.client, host.another_client()]
    facts = [facts_of(host, client) for client in clients]

    def act() -> bool:
        try:
            end_others(facts=facts.pop())
        except NotAllowed:
            return False
        return True

    assert sorted(race(act, threads=2)) == [False, True]
    assert LoginSession.objects.filter(ended_at=None).count() == 1
    assert sorted(who_is(client) for client in clients) == ["", str(host.user)]


def test_open_logins_are_those_that_a_browser_still_carries(host: Host) -> None:
    other = host.another_client()
    gone = host.another_client()
    gone.session.flush()
    factories.session(host.user, ended_at=timezone.now())
    listed = open_sessions(facts=facts_of(host, host.client))
    assert [row.pk for row in listed] == [factories.sid_of(c) for c in (other, host.client)]
    assert all(sessions.carries(row) for row in listed)
    assert open_sessions(facts=factories.facts(None)) == []
