"""What ties a reset to one person, one link and one browser."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.flows.password_reset.link import make_link
from otpguard.models import ResetLink
from otpguard.web.password_reset.place import KEY, enter_reset, leave_reset, reset_place
from tests import factories

pytestmark = pytest.mark.django_db


def request(session: Any = None) -> HttpRequest:
    made = RequestFactory().get("/accounts/password-reset/x/set-password/")
    engine = import_module(django_settings.SESSION_ENGINE)
    made.session = engine.SessionStore() if session is None else session
    made.user = AnonymousUser()
    return made


def link(user: AbstractUser) -> str:
    return make_link(user, now=timezone.now())[1]


def test_two_browsers_two_links_and_two_people_are_told_apart() -> None:
    user, other = factories.user(), factories.user()
    token = link(user)
    first, second = request(), request()
    sids = {enter_reset(each, user, token).facts.sid for each in (first, second)}
    sids.add(enter_reset(first, user, link(user)).facts.sid)
    sids.add(enter_reset(first, other, link(other)).facts.sid)
    assert len(sids) == 4
    assert {len(sid) for sid in sids} == {43}


def test_opening_the_link_again_goes_on_where_it_was() -> None:
    user = factories.user()
    token, browser = link(user), request()
    first = enter_reset(browser, user, token)
    again = enter_reset(request(browser.session), user, token)
    found = reset_place(request(browser.session))
    assert found is not None
    assert first.facts.sid == again.facts.sid == found.facts.sid
    assert first.ask.story == found.ask.story


def test_the_facts_are_of_the_person_outside_any_tenant_and_never_fresh() -> None:
    user = factories.user()
    facts = enter_reset(request(), user, link(user)).facts
    assert facts.user == str(user.pk)
    assert (facts.tenant, facts.authenticated_at) == ("", None)
    assert facts.primary is Primary.RESET_LINK
    assert facts.email == user.email


def test_a_place_ends_with_its_link_and_when_it_is_left() -> None:
    user, browser = factories.user(), request()
    enter_reset(browser, user, link(user))
    assert reset_place(browser) is not None
    ResetLink.objects.update(ended_at=timezone.now())
    assert reset_place(browser) is None
    leave_reset(browser)
    assert KEY not in browser.session
    assert reset_place(browser) is None
