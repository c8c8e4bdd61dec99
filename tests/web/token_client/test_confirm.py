"""The pages on which a person confirms for an app: whose they are, how often, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.exceptions import Ask
from otpguard.http.bearer.client_tokens import (
    OpenedTicket,
    Ticket,
    decrypt_code,
    encrypt_opened,
    encrypt_ticket,
)
from otpguard.models import Grant, LoginSession, SpentToken, Tenant
from tests import factories
from tests.stepup import step_up
from tests.store_down import store_down
from tests.token_clients import code_on

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Asked:
    """A member with a phone whose app has asked for something."""

    user: AbstractUser
    tenant: Tenant
    ticket: Ticket = field(init=False)

    def __post_init__(self) -> None:
        ask = Ask(
            checkpoint="billing_change",
            tenant=str(self.tenant.pk),
            user=str(self.user.pk),
            sid=factories.session(self.user).pk,
            story="00000000-0000-4000-8000-000000000000",
            target="plan Pro",
        )
        self.ticket = Ticket(ask=ask, client="App on a phone", return_url="com.example.crm:/done")

    @property
    def url(self) -> str:
        return reverse("otpguard:client", args=[encrypt_ticket(self.ticket)])

    def browser(self, **known: Any) -> Client:
        browser = Client(headers={"Accept": "text/html"}, **known)
        return factories.login(browser, self.user, self.tenant)


@pytest.fixture
def asked() -> Asked:
    tenant = factories.tenant()
    user = factories.member(tenant, roles=["admin"]).user
    factories.phone_factor(user)
    return Asked(user, tenant)


def confirmed(asked: Asked, browser: Client) -> HttpResponse:
    """The last page."""
    return step_up(browser, browser.post(asked.url))


def done_of(asked: Asked, browser: Client) -> str:
    opened = OpenedTicket(ticket=asked.ticket, browser_sid=factories.sid_of(browser))
    return reverse("otpguard:client-done", args=[encrypt_opened(opened)])


def test_the_first_page_says_what_is_asked_for_and_changes_nothing(asked: Asked) -> None:
    browser = asked.browser()
    for _ in range(2):
        page = browser.get(asked.url)
        assert page.status_code == 200
        assert all(word in page.content for word in (b"plan Pro", b"App on a phone"))
        assert b"otpguard_code" not in page.content
    assert not SpentToken.objects.exists()
    assert "no-store" in page["Cache-Control"]


def test_who_confirms_gets_a_code_of_this_call_and_browser(asked: Asked) -> None:
    browser = asked.browser()
    over = decrypt_code(code_on(confirmed(asked, browser)))
    assert over is not None
    assert (over.id, over.client_sid) == (asked.ticket.id, asked.ticket.ask.sid)
    assert over.browser_sid == factories.sid_of(browser)
    assert not Grant.objects.filter(sid=over.client_sid).exists(), "the app has to ask"


def test_without_the_proof_the_last_page_leads_to_it(asked: Asked) -> None:
    browser = asked.browser()
    page = browser.get(done_of(asked, browser))
    assert page.status_code == 303
    assert b"otpguard_code" not in page.content
    assert page["Location"].startswith("/security/step-up/")


def test_a_page_begins_once(asked: Asked) -> None:
    browser = asked.browser()
    assert browser.post(asked.url).status_code == 303
    again = browser.post(asked.url)
    assert again.status_code == 410
    assert b"otpguard_code" not in again.content


def test_another_person_gets_no_further_and_uses_nothing_up(asked: Asked) -> None:
    stranger = Asked(factories.member(asked.tenant, roles=["admin"]).user, asked.tenant)
    browser = stranger.browser()
    for answer in (browser.get(asked.url), browser.post(asked.url)):
        assert answer.status_code == 403
        assert b"plan Pro" not in answer.content, "nor learns what was asked for"
    assert browser.get(done_of(asked, browser)).status_code == 403
    assert not SpentToken.objects.exists()


def test_another_browser_of_the_person_does_not_get_the_code(asked: Asked) -> None:
    browser, other = asked.browser(), asked.browser()
    confirmed(asked, browser)
    page = other.get(done_of(asked, browser))
    assert page.status_code == 403
    assert b"otpguard_code" not in page.content


def test_in_another_organization_nothing_begins(asked: Asked) -> None:
    browser = asked.browser()
    other = factories.tenant()
    factories.member(other, asked.user, roles=["admin"])
    factories.select(browser, other)
    assert browser.post(asked.url).status_code == 403
    assert browser.get(done_of(asked, browser)).status_code == 403


def test_nobody_confirms_for_a_login_that_has_ended(asked: Asked) -> None:
    browser = asked.browser()
    confirmed(asked, browser)
    LoginSession.objects.filter(pk=asked.ticket.ask.sid).update(ended_at=timezone.now())
    asked.ticket = replace(asked.ticket, id="another")
    for answer in (
        browser.get(asked.url),
        browser.post(asked.url),
        browser.get(done_of(asked, browser)),
    ):
        assert answer.status_code == 410
        assert b"otpguard_code" not in answer.content


def test_a_page_that_is_too_old_is_gone(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = asked.browser()
    long_ago = (timezone.now() - timedelta(minutes=11)).timestamp()
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: long_ago)
        first, last = asked.url, done_of(asked, browser)
    assert browser.get(first).status_code == 410
    assert browser.get(last).status_code == 410
    assert browser.get(first.replace("client/", "client/x")).status_code == 410


def test_another_site_cannot_begin_it(asked: Asked) -> None:
    browser = asked.browser(enforce_csrf_checks=True)
    assert browser.post(asked.url).status_code == 403
    assert not SpentToken.objects.exists()


def test_the_pages_are_in_no_frame_and_leak_no_address(asked: Asked) -> None:
    browser = asked.browser()
    for page in (browser.get(asked.url), confirmed(asked, browser)):
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert page["Referrer-Policy"] in {"no-referrer", "same-origin"}
        assert "no-store" in page["Cache-Control"]


def test_while_the_store_is_down_nothing_begins(asked: Asked) -> None:
    browser, url = asked.browser(raise_request_exception=False), asked.url
    with store_down():
        answer = browser.post(url)
    assert answer.status_code in {500, 503}
    assert b"otpguard_code" not in answer.content
    assert not SpentToken.objects.exists()
