"""A link in an e-mail logs in only together with the factor that is enrolled."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from otpguard.channels.providers.memory import SENT
from otpguard.core.shipped_kinds import PHONE
from otpguard.models import Event, Factor, Hold, LoginSession
from otpguard.testing import send_notices
from tests import factories, link_host
from tests.resetting import answer, begin, prove
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)
BROWSER = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def host(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.link_host"
    link_host.used.clear()


def link_of(user: AbstractUser) -> str:
    """A link of its own, also beside another of the same second."""
    return f"/enter/?t={signing.dumps([user.pk, str(uuid4())], salt='links')}"


def browser() -> Client:
    return Client(headers=BROWSER)


def logged_in(client: Client) -> str:
    return client.get("/start/").content.decode()


def owner(*, enrolled: bool) -> AbstractUser:
    user = factories.member(factories.tenant(), roles=["owner"]).user
    if enrolled:
        factories.phone_factor(user)
    return user


def test_a_person_with_a_factor_shows_it_and_comes_back() -> None:
    user, client = owner(enrolled=True), browser()
    link = link_of(user)
    asked = client.get(link)
    assert (asked.status_code, asked["Location"]) == (302, reverse("otpguard:reset"))
    assert logged_in(client) == "nobody"
    page = client.get(asked["Location"])
    assert b"to log in by the link in your e-mail" in page.content
    assert prove(client, Factor.objects.get()) == "/start/"
    assert logged_in(client) == user.get_username()
    assert client.get(link).status_code == 410, "the host has used it up"
    assert not Hold.objects.exists()


def test_the_proof_is_of_that_browser_and_link() -> None:
    user, client = owner(enrolled=True), browser()
    link, other = link_of(user), link_of(owner(enrolled=True))
    client.get(link)
    challenge = begin(client, Factor.objects.get(user=user))
    assert answer(client, challenge, SENT[-1].code.digits).status_code == 303
    assert browser().get(link)["Location"] == reverse("otpguard:reset")
    assert client.get(other)["Location"] == reverse("otpguard:reset")


def test_a_link_that_is_none_opens_no_page_of_a_factor() -> None:
    client = browser()
    assert client.get("/enter/?t=nothing").status_code == 410
    assert client.get(reverse("otpguard:reset")).status_code == 410


def test_without_a_factor_the_link_is_enough_and_what_is_sensitive_waits() -> None:
    user, client = owner(enrolled=False), browser()
    assert client.get(link_of(user))["Location"] == "/start/"
    assert logged_in(client) == user.get_username()
    hold = Hold.objects.get()
    assert (hold.checkpoint, hold.reason) == ("*sensitive", "login link: by e-mail alone")
    factories.select(client, hold.tenant)
    refused = client.get("/billing/")
    assert refused.status_code == 403
    assert b"by a link in an e-mail alone" in refused.content
    send_notices()
    before = Event.objects.filter(kind="notice.sent").count()
    assert browser().get(link_of(user)).status_code == 302
    send_notices()
    assert Event.objects.filter(kind="notice.sent").count() == before, "told once"
    assert Hold.objects.count() == 2


def test_it_proves_nothing_whatever_the_back_end_and_is_never_fresh() -> None:
    user, client = owner(enrolled=False), browser()
    client.get(link_of(user))
    session = LoginSession.objects.get()
    assert (session.primary, session.backend) == ("none", link_host.MODEL_BACKEND)
    assert session.authenticated_at is not None
    page = client.get("/security/add/phone/")
    assert b"log in again" in page.content
    assert client.session["otpguard"]["at"] is None
    assert client.session["otpguard"]["unchecked"], "the login checkpoint still asks"


def test_a_password_afterwards_is_fresh_again() -> None:
    user, client = owner(enrolled=False), browser()
    client.get(link_of(user))
    factories.login(client, user)
    assert client.session["otpguard"]["at"] is not None


def test_a_policy_that_wants_an_administrator_refuses(settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_DEFAULTS": {"password_reset": {"reset_without_factor": "administrator"}},
    }
    client = browser()
    refused = client.get(link_of(owner(enrolled=False)))
    assert refused.status_code == 403
    assert b"not enough to log in" in refused.content
    assert logged_in(client) == "nobody"
    assert Event.objects.filter(kind="password_reset.refused").count() == 1


def test_a_factor_that_was_switched_off_still_counts_as_set_up() -> None:
    user, client = owner(enrolled=True), browser()
    Factor.objects.filter(kind=PHONE.slug).update(disabled_at=user.date_joined)
    assert client.get(link_of(user)).status_code == 403
    assert logged_in(client) == "nobody"


def test_an_account_that_was_closed_is_not_let_in() -> None:
    user, client = owner(enrolled=False), browser()
    user.is_active = False
    user.save()
    assert client.get(link_of(user)).status_code == 403
    assert logged_in(client) == "nobody"


def test_the_web_session_that_was_there_before_opens_nothing() -> None:
    user, client = owner(enrolled=True), browser()
    client.get("/start/")
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    client.get(link_of(user))
    assert client.session.session_key != planted.session_key


def test_while_the_store_is_down_nobody_is_let_in() -> None:
    link = link_of(owner(enrolled=False))
    client = Client(headers=BROWSER, raise_request_exception=False)
    with store_down():
        given: HttpResponse = client.get(link)
    assert given.status_code in {500, 503}
    assert not LoginSession.objects.exists()
