"""Buttons on login sessions: end."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import Grant, LoginSession
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db


def test_a_session_is_ended_with_its_proofs(act: Act) -> None:
    person = factories.user()
    session = factories.session(person)
    factories.grant(person, factories.tenant(), sid=session.pk)
    page = act(reverse("admin:otpguard_loginsession_do_end", args=[session.pk]), reason="stolen")
    assert ">ended<" in page.content.decode()
    session.refresh_from_db()
    assert session.ended_at is not None
    assert not Grant.objects.filter(sid=session.pk, revoked_at=None).exists()


def test_a_login_that_was_not_seen_is_said_to_be_never_fresh(site: Client) -> None:
    factories.session(factories.user(), authenticated_at=None)
    page = site.get(reverse("admin:otpguard_loginsession_changelist")).content.decode()
    assert "never fresh" in page


@pytest.mark.django_db(transaction=True)
def test_the_browser_of_an_ended_session_is_really_logged_out(act: Act, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    person = factories.user()
    browser = factories.login(Client(), person)
    assert browser.get("/whoami/").json()["user"] == str(person)
    session = LoginSession.objects.get(pk=factories.sid_of(browser))
    act(reverse("admin:otpguard_loginsession_do_end", args=[session.pk]), reason="stolen")
    assert browser.get("/whoami/").json()["user"] == ""
