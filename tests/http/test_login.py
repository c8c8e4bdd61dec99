"""Login sessions seen from HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.http import login
from otpguard.http.facts import facts_from
from otpguard.http.session import KEY
from otpguard.models import Grant, LoginSession
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def test_the_login_page_begins_a_session_of_its_own_each_time() -> None:
    staff = factories.staff()
    sids = set()
    for client in (Client(), Client()):
        answer = client.post(
            reverse("admin:login"), {"username": staff.username, "password": factories.PASSWORD}
        )
        assert answer.status_code == 302
        sids.add(factories.sid_of(client))
    rows = LoginSession.objects.filter(user=staff)
    assert {row.sid for row in rows} == sids
    assert {row.primary for row in rows} == {Primary.PASSWORD.value}
    assert all(row.authenticated_at for row in rows)


def test_a_login_that_is_seen_is_fresh_and_one_that_is_not_never(host: Host) -> None:
    seen = login.begin_login(request_of(host), seen=True)
    unseen = login.begin_login(request_of(host), seen=False)
    assert seen.authenticated_at is not None
    assert unseen.authenticated_at is None
    assert seen.sid != unseen.sid


def test_the_facts_of_a_new_session_are_those_the_next_request_reads(host: Host) -> None:
    request = request_of(host)
    begun = login.begin_login(request, seen=True)
    read = facts_from(request)
    assert (begun.sid, begun.primary) == (read.sid, read.primary)
    assert begun.authenticated_at == read.authenticated_at


@pytest.mark.parametrize("backend", ["some.UnknownBackend", ""])
def test_a_backend_that_is_not_listed_proves_nothing(host: Host, backend: str) -> None:
    request = request_of(host)
    request.session[BACKEND_SESSION_KEY] = backend
    assert login.begin_login(request, seen=True).primary is Primary.NONE


def test_a_listed_backend_proves_what_the_settings_say(host: Host, settings: Any) -> None:
    raw = {"LOGIN_BACKENDS": {"some.Sso": "sso"}}
    settings.OTPGUARD = {**settings.OTPGUARD, **raw}
    request = request_of(host)
    request.session[BACKEND_SESSION_KEY] = "some.Sso"
    assert login.begin_login(request, seen=True).primary is Primary.SSO


def test_acting_as_somebody_else_is_recorded_as_proving_nothing(host: Host) -> None:
    request = request_of(host)
    request.session["hijack_history"] = ["7"]
    begun = login.begin_login(request, seen=True)
    assert (begun.primary, begun.authenticated_at) == (Primary.NONE, None)
    row = LoginSession.objects.get(sid=begun.sid)
    assert (row.primary, row.backend, row.authenticated_at) == ("none", "", None)


def test_a_session_from_before_the_installation_gets_a_sid_that_is_not_fresh(host: Host) -> None:
    request = request_of(host)
    del request.session[KEY]
    facts = facts_from(request)
    assert facts.sid == ""
    late = login.with_sid(request, facts)
    assert late.sid == request.session[KEY]["sid"] != ""
    assert late.authenticated_at is None
    assert facts_from(request).authenticated_at is None


def test_whoever_has_a_sid_keeps_it(host: Host) -> None:
    request = request_of(host)
    before = LoginSession.objects.count()
    assert login.with_sid(request, facts_from(request)).sid == factories.sid_of(host.client)
    assert LoginSession.objects.count() == before


def test_a_visitor_and_a_bearer_of_another_user_get_none(host: Host) -> None:
    visitor = request_of(None)
    assert login.with_sid(visitor, facts_from(visitor)).sid == ""
    request = request_of(host)
    other = facts_from(request, user=factories.user(), bearer=True)
    assert login.with_sid(request, other).sid == ""
    assert LoginSession.objects.count() == 1


def test_a_bearer_request_does_not_replace_what_the_same_users_browser_has(host: Host) -> None:
    request = request_of(host)
    bearer = facts_from(request, user=host.user, bearer=True)
    assert login.with_sid(request, bearer) == bearer
    assert facts_from(request).sid == factories.sid_of(host.client)
    assert LoginSession.objects.count() == 1


def test_logging_out_ends_the_session_and_what_was_proven_in_it(host: Host) -> None:
    grant = pass_step_up(host.client)
    sid = factories.sid_of(host.client)
    host.client.logout()
    assert LoginSession.objects.get(sid=sid).ended_at is not None
    assert Grant.objects.get(pk=grant.pk).revoked_at is not None


def test_ending_a_session_leaves_the_others_of_its_user_alone(host: Host) -> None:
    other = host.another_client()
    grant = pass_step_up(other)
    login.end_login(request_of(host))
    login.end_login(request_of(host))
    login.end_login(request_of(None))
    assert LoginSession.objects.get(sid=factories.sid_of(other)).ended_at is None
    assert Grant.objects.get(pk=grant.pk).revoked_at is None


def test_a_login_knows_the_key_of_its_web_session() -> None:
    client = factories.login(Client(), factories.user())
    row = LoginSession.objects.get(sid=factories.sid_of(client))
    assert row.session_key.reveal() == client.session.session_key


def test_a_web_session_without_a_key_is_stored_first(host: Host) -> None:
    request = request_of(None)
    begun = login.begin_login(request, seen=True, user=host.user)
    assert request.session.session_key
    row = LoginSession.objects.get(sid=begun.sid)
    assert row.session_key.reveal() == request.session.session_key


def test_logging_in_again_in_the_same_browser_ends_the_older_login(host: Host) -> None:
    before = factories.sid_of(host.client)
    host.client.post(
        reverse("admin:login"), {"username": host.user.username, "password": factories.PASSWORD}
    )
    request = request_of(host)
    login.begin_login(request, seen=True)
    assert LoginSession.objects.get(sid=before).ended_at is not None
    assert LoginSession.objects.get(ended_at=None).sid == request.session[KEY]["sid"]


def test_after_a_password_change_the_next_step_up_leaves_one_login_open(host: Host) -> None:
    host.client.post("/password/", {"password": "another long password"})
    request = request_of(host)
    facts = facts_from(request)
    assert facts.sid == "", "what was proven with the old password is over"
    late = login.with_sid(request, facts)
    row = LoginSession.objects.get(ended_at=None)
    assert row.sid == late.sid
    assert row.session_key.reveal() == request.session.session_key


def test_a_session_under_a_new_key_is_followed(host: Host) -> None:
    request = request_of(host)
    request.session.cycle_key()
    login.follow(request)
    row = LoginSession.objects.get(sid=request.session[KEY]["sid"])
    assert row.session_key.reveal() == request.session.session_key


def test_a_login_that_was_ended_meanwhile_does_not_go_on_under_a_new_key(host: Host) -> None:
    request = request_of(host)
    LoginSession.objects.update(ended_at=timezone.now())
    request.session.cycle_key()
    login.follow(request)
    assert request.session.session_key is None
    assert dict(request.session.items()) == {}
