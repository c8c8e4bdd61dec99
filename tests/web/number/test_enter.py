"""The page where a visitor enters a number."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from otpguard.core.pumping.verdict import Signal
from otpguard.models import Challenge
from otpguard.testing import enter_number, number_form, send_queued
from tests import factories
from tests.flows.pumping.layers import BLOCKED, LOCKED, finding
from tests.store_down import store_down
from tests.visiting import NUMBER, ask, begin, enter, visitor

SECRETS = ("reputation", "money", "lock_down", "prefix")
CHANGING = re.compile(
    r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|gAAAAA[\w-]+|value="\w{64}"'
    r'|data-(now|expires|waited|resend-in)="\d+"|<time .*?</time>'
)


def shown(page: HttpResponse) -> str:
    """A page without what differs from request to request."""
    return CHANGING.sub("…", page.content.decode())


def stop(number: str) -> None:
    for channel in ("sms", "whatsapp", "voice"):
        factories.opt_out(number, channel=channel)


def test_it_says_what_the_number_is_for_and_asks_for_it() -> None:
    client = visitor()
    page = client.get(ask(client))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Sign up" in text
    assert 'name="number"' in text
    assert "Content-Security-Policy" in page
    assert "otpguard_browser" not in client.cookies, "reading a page names no browser"


def test_a_number_leads_to_the_page_of_its_code_and_names_the_browser() -> None:
    client = visitor()
    entered = enter(client)
    challenge = Challenge.objects.get()
    assert entered["Location"] == f"/security/number/code/{challenge.pk}/"
    assert client.cookies["otpguard_browser"].value.partition(".")[0] == challenge.browser
    assert "no-store" in entered["Cache-Control"]


def test_no_session_is_made_for_a_visitor() -> None:
    client = visitor()
    client.get(ask(client))
    begin(client)
    assert not Session.objects.exists()
    assert "sessionid" not in client.cookies


def test_the_browser_keeps_its_id_and_one_with_a_changed_cookie_gets_another() -> None:
    client = visitor()
    first, second = begin(client), begin(client, "+12015550124")
    assert first.browser == second.browser
    client.cookies["otpguard_browser"] = f"{first.browser}.{'0' * 64}"
    assert begin(client, "+12015550125").browser != first.browser


@pytest.mark.parametrize(
    "number",
    [
        "",
        "abc",
        "+1",
        "+12015550123 ext. 9",
        "+19005550123",
        "x" * 65,
        "\0",
        "+1201555\u0660\u0661\u0662",
    ],
)
def test_what_is_no_number_gets_a_sentence_and_is_not_lost(number: str) -> None:
    client = visitor()
    page = enter(client, number)
    assert page.status_code == 400
    text = page.content.decode()
    assert "og-alert" in text
    if number.isascii() and number.isprintable():
        assert f'value="{number}"' in text or not number
    assert not Challenge.objects.exists()


@pytest.mark.parametrize(
    "number", ["(201) 555-0123", "+1 201 555 0123", "\u202a+12015550123\u202c"]
)
def test_a_number_is_read_in_every_spelling(number: str) -> None:
    begin(visitor(), number)
    assert Challenge.objects.get().destination.reveal() == NUMBER


def test_a_number_with_an_account_looks_like_one_without() -> None:
    factories.phone_factor(factories.user(), NUMBER)
    pages = []
    for number in (NUMBER, "+12015551123"):  # shown to who typed it
        client = visitor()
        entered = enter(client, number)
        send_queued()
        code = client.get(entered["Location"])
        assert (entered.status_code, code.status_code) == (302, 200)
        pages.append(shown(code).replace("555-1123", "555-0123"))
    assert pages[0] == pages[1]


def test_a_stopped_number_looks_like_one_that_no_route_carries(settings: Any) -> None:
    stop(NUMBER)
    stopped = enter(visitor())
    settings.OTPGUARD = {"PROVIDERS": {"m": {"BACKEND": "otpguard.channels.providers.smtp.Smtp"}}}
    unrouted = enter(visitor())
    assert stopped.status_code == unrouted.status_code == 429
    assert shown(stopped) == shown(unrouted)
    assert "right now" in shown(stopped)


def test_a_full_cap_says_when_it_is_possible_again() -> None:
    for _ in range(3):
        begin(visitor())
    page = enter(visitor())
    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert "Too many codes were asked for." in page.content.decode()
    assert NUMBER in page.content.decode(), "what was entered is still there"


def test_a_post_from_another_site_is_refused() -> None:
    client = visitor(enforce_csrf_checks=True)
    url = ask(client)
    assert client.post(url, {"number": NUMBER}).status_code == 403
    assert enter_number(client, url, NUMBER).status_code == 302


def test_a_token_that_is_made_up_is_too_old() -> None:
    page = visitor().get("/security/number/no-such-token/")
    assert page.status_code == 410


def test_a_token_of_another_tenant_starts_nothing(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.web.number.by_header.TenantByHeader"]
    tenant = factories.tenant()
    url = ask(visitor(), headers={"X-Tenant": str(tenant.pk)})
    assert visitor().post(url, {"number": NUMBER}).status_code == 403
    client = visitor()
    begin(client, headers={"X-Tenant": str(tenant.pk)})
    assert Challenge.objects.get().tenant == tenant


def test_a_person_who_is_logged_in_is_a_visitor_here() -> None:
    user = factories.user()
    client = factories.login(visitor(), user)
    begin(client)
    assert Challenge.objects.get().user is None


def test_consent_is_asked_for_where_the_site_wants_it(settings: Any) -> None:
    text = {"VERSION": "2026-1", "TEXT": "Send me codes."}
    settings.OTPGUARD = {**settings.OTPGUARD, "PHONE_CONSENT": text}
    client = visitor()
    url = ask(client)
    assert "Send me codes." in client.get(url).content.decode()
    assert enter_number(client, url, NUMBER).status_code == 400
    assert enter_number(client, url, NUMBER, consent="2026-1").status_code == 302
    assert Challenge.objects.get().consent_version == "2026-1"


def test_the_page_is_there_in_german() -> None:
    client = Client(headers={"Accept": "text/html", "Accept-Language": "de"})
    with translation.override("de"):
        page = client.get(ask(client))
    assert "Telefonnummer bestätigen" in page.content.decode()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_nothing_starts(transactional_db: None) -> None:
    client = visitor()
    url = ask(client)
    filled = number_form(client.get(url), NUMBER)
    with store_down():
        answer = client.post(url, filled)
    assert answer.status_code == 503
    assert not Challenge.objects.exists()


@pytest.mark.parametrize("signal", [BLOCKED, LOCKED])
def test_a_visitor_is_offered_a_way_back_and_not_told_which_layer(signal: Signal) -> None:
    client = visitor()
    with finding(signal):
        page = enter(client)
    text = page.content.decode()
    assert page.status_code == 429
    assert "No code can be sent right now." in text
    assert "Go back and use another way" in text
    assert 'class="og-button og-primary" href="/join/"' in text
    assert not any(word in text.lower() for word in SECRETS)


def test_a_program_gets_a_problem_document_with_a_stable_code() -> None:
    client = visitor()
    url = ask(client)
    with finding(BLOCKED):
        answer = client.post(url, {"number": NUMBER}, headers={"Accept": "application/json"})
    told = json.loads(answer.content)
    assert (answer.status_code, told["code"]) == (429, "code_not_sent")
    assert answer["Content-Type"] == "application/problem+json"
    assert not any(word in answer.content.decode().lower() for word in SECRETS)
