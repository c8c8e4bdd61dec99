"""A login session knows who logged in, how and when; logging out ends what it proved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.flows.session.login import begin_login, carried_by, end_login
from otpguard.models import Event, Grant, LoginSession
from otpguard.testing import pass_step_up
from tests import factories

pytestmark = pytest.mark.django_db

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def test_two_logins_have_two_sids() -> None:
    user = factories.user()
    facts = factories.facts(user)
    first = begin_login(
        facts=facts, backend=MODEL_BACKEND, primary=Primary.PASSWORD, authenticated_at=facts.now
    )
    second = begin_login(
        facts=facts, backend=MODEL_BACKEND, primary=Primary.PASSWORD, authenticated_at=facts.now
    )
    assert first.sid != second.sid
    assert len(first.sid) == 43


def test_logging_out_revokes_the_grants_of_this_session_only() -> None:
    user, tenant = factories.user(), factories.tenant()
    mine = factories.session(user)
    gone = factories.grant(user, tenant, sid=mine.sid)
    kept = factories.grant(user, tenant, sid=factories.session(user).sid)
    end_login(facts=factories.facts(user, tenant, sid=mine.sid))
    gone.refresh_from_db()
    assert gone.revoked_at is not None
    assert list(Grant.objects.filter(revoked_at=None)) == [kept]
    end_login(facts=factories.facts(user, tenant, sid=mine.sid))
    assert Event.objects.filter(kind="session.ended").count() == 1


def test_djangos_own_login_and_logout_are_seen() -> None:
    user = factories.user()
    client = Client()
    client.login(username=user.get_username(), password=factories.PASSWORD)
    session = LoginSession.objects.get()
    assert (session.primary, session.backend) == ("password", MODEL_BACKEND)
    assert session.authenticated_at is not None
    assert (timezone.now() - session.authenticated_at).total_seconds() < 5
    grant = pass_step_up(client)
    client.logout()
    grant.refresh_from_db()
    session.refresh_from_db()
    assert grant.revoked_at is not None
    assert session.ended_at is not None


def test_a_changed_password_ends_what_was_proven_before(host: Any) -> None:
    pass_step_up(host.client)
    assert host.client.get("/billing/").status_code == 200
    host.user.set_password("another long password")
    host.user.save()
    session = host.client.session
    session["_auth_user_hash"] = host.user.get_session_auth_hash()  # as Django keeps one logged in
    session.save()
    assert host.client.get("/billing/").status_code == 303


def test_somebody_acting_as_somebody_else_has_proven_nothing(host: Any) -> None:
    """A2: impersonation is never a fresh login, and its session proves no password."""
    session = host.client.session
    session["hijack_history"] = ["1"]
    session.save()
    refused = host.client.get("/billing/", headers={"Accept": "application/json"})
    assert refused.status_code == 401
    assert refused.json()["code"] == "enrollment_required", "no factor reaches AAL2 like this"


def test_a_login_that_replaces_another_ends_it_with_what_it_proved() -> None:
    user, tenant = factories.user(), factories.tenant()
    facts = factories.facts(user, tenant)
    old = factories.session(user, session_key="k1")
    grant = factories.grant(user, tenant, sid=old.sid)
    theirs = factories.session(factories.user())
    new = begin_login(
        facts=facts,
        backend="",
        primary=Primary.NONE,
        authenticated_at=None,
        session_key="k1",
        replaces=old.sid,
    )
    begin_login(
        facts=facts,
        backend="",
        primary=Primary.NONE,
        authenticated_at=None,
        replaces=theirs.sid,
    )
    for row in (old, new, theirs, grant):
        row.refresh_from_db()
    assert (old.ended_at, new.ended_at, theirs.ended_at) == (facts.now, None, None)
    assert grant.revoked_at == facts.now
    assert new.session_key.reveal() == "k1"
    assert not old.session_key, "the web session is the new login's now"


def test_the_key_of_an_open_login_is_noted_and_of_an_ended_one_refused() -> None:
    session = factories.session(factories.user(), session_key="k1")
    assert carried_by(sid=session.sid, session_key="k2")
    session.refresh_from_db()
    assert session.session_key.reveal() == "k2"
    factories.age(session, ended_at=timezone.now())
    assert not carried_by(sid=session.sid, session_key="k3")
    session.refresh_from_db()
    assert session.session_key.reveal() == "k2"
    assert carried_by(sid="a row that is gone", session_key="k1")
