"""The pages of e-mail before phone, as a browser sees them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from otpguard.channels.providers.memory import SENT
from otpguard.models import Challenge, MailedBrowser, Notice, PhoneClaim
from otpguard.testing import enter_number, number_form
from tests import factories
from tests.flows.number.mailing import link_in_mailbox
from tests.store_down import store_down
from tests.visiting import NUMBER, ask, prove, visitor

EMAIL = "kim@acme.example"


def to_email(client: Client, **more: Any) -> str:
    """Where a stranger is led who wants to sign up."""
    led = client.get(ask(client, "/sign-up/", **more), **more)
    assert led.status_code == 303, (led.status_code, led.content[:500])
    return urlsplit(led["Location"]).path


def known(client: Client) -> None:
    """Have proven a number before, with nothing left of it to use."""
    prove(client)
    PhoneClaim.objects.all().delete()


def send(client: Client, url: str, email: str = EMAIL) -> HttpResponse:
    """Send the form."""
    filled = number_form(client.get(url), "")
    filled.pop("number")
    return client.post(url, {**filled, "email": email})


def test_a_stranger_is_asked_for_an_email_and_goes_on_with_the_number() -> None:
    client = visitor()
    url = to_email(client)
    page = client.get(url)
    assert page.status_code == 200
    assert "Sign up" in page.content.decode()
    sent = send(client, url)
    assert sent.status_code == 303
    assert "no-store" in sent["Cache-Control"]
    assert "Open it in this browser" in client.get(sent["Location"]).content.decode()
    link = link_in_mailbox()
    shown = client.get(link)
    assert shown.status_code == 200
    assert MailedBrowser.objects.get().opened_at is None, "programs open links, too"
    on = client.post(link)
    assert on.status_code == 303
    assert enter_number(client, on["Location"], NUMBER).status_code == 302
    assert Challenge.objects.get().spend_lane == "mailed"


def test_the_email_says_what_to_do_and_what_if_it_was_not_you() -> None:
    client = visitor()
    send(client, to_email(client))
    link_in_mailbox()
    text = SENT[-1].text
    assert "in the browser in which you began" in text
    assert "If it was not you, do nothing" in text
    assert "your account" not in text, "nobody says that there is one"
    assert Notice.objects.get().user is None


def test_another_browser_is_told_calmly_where_to_open_it() -> None:
    client, other = visitor(), visitor()
    send(client, to_email(client))
    link = link_in_mailbox()
    shown, pressed = other.get(link), other.post(link)
    assert (shown.status_code, pressed.status_code) == (200, 409)
    for page in (shown, pressed):
        text = page.content.decode()
        assert "Nothing is wrong" in text
        assert "<form" not in text
        assert EMAIL not in text
    assert MailedBrowser.objects.get().opened_at is None


def test_an_unknown_link_is_gone() -> None:
    for method in (visitor().get, visitor().post):
        assert method("/security/email-link/no-such-token/").status_code == 410


def test_every_mailbox_gets_the_same_answer(settings: Any, tmp_path: Any) -> None:
    file = tmp_path / "domains.txt"
    file.write_text("throwaway.example\n")
    settings.OTPGUARD = {**settings.OTPGUARD, "HYGIENE": {"DOMAINS_FILE": str(file)}}
    factories.user(email="known@acme.example")
    answers = []
    for email in ("known@acme.example", "new@acme.example", "kim@throwaway.example"):
        client = visitor()
        url = to_email(client)
        sent = send(client, url, email)
        page = client.get(sent["Location"])
        assert "otpguard_browser" in client.cookies
        answers.append((sent.status_code, page.status_code, email in page.content.decode()))
    assert answers == [(303, 200, False)] * 3
    assert MailedBrowser.objects.count() == 2


@pytest.mark.parametrize("email", ["", "kim", "kim@", "kim@acme", "a" * 300 + "@acme.example"])
def test_what_is_no_email_gets_a_sentence(email: str) -> None:
    client = visitor()
    page = send(client, to_email(client), email)
    assert page.status_code == 400
    assert "og-alert" in page.content.decode()


def test_a_form_is_sent_once() -> None:
    client = visitor()
    url = to_email(client)
    filled = {**number_form(client.get(url), ""), "email": EMAIL}
    assert client.post(url, filled).status_code == 303
    again = client.post(url, filled)
    assert again.status_code == 409
    assert "send this form once more" in again.content.decode()
    assert MailedBrowser.objects.count() == 1


def test_a_number_that_is_posted_all_the_same_leads_to_the_email() -> None:
    client = visitor()
    url = ask(client, "/sign-up/")
    filled = number_form(client.get(url, follow=True), NUMBER)
    answer = client.post(url, filled)
    assert answer.status_code == 303
    assert answer["Location"].endswith("/email/")
    assert not Challenge.objects.exists()


def test_a_program_is_told_in_words() -> None:
    client = visitor()
    url = ask(client, "/sign-up/")
    filled = number_form(client.get(url, follow=True), NUMBER)
    answer = client.post(url, filled, headers={"Accept": "application/json"})
    told = json.loads(answer.content)
    assert (answer.status_code, told["code"]) == (429, "code_not_sent")
    assert "e-mail address first" in told["detail"]


def test_giving_up_a_number_does_not_lead_around_the_email() -> None:
    client = visitor()
    send(client, to_email(client))
    on = client.post(link_in_mailbox())
    code = enter_number(client, on["Location"], NUMBER)["Location"]
    back = client.post(f"{code}cancel/")
    fresh = visitor()
    led = fresh.get(back["Location"])
    assert led.status_code == 303
    assert led["Location"].endswith("/email/")
    assert client.get(back["Location"]).status_code == 200


def test_who_needs_no_email_is_led_on_to_the_number() -> None:
    client = visitor()
    known(client)
    url = ask(client, "/sign-up/")
    assert client.get(url).status_code == 200
    led = client.get(f"{url}email/")
    assert led.status_code == 303
    assert not led["Location"].endswith("/email/")


def test_the_setting_switches_it_off_for_the_site(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "EMAIL_FIRST": False}
    client = visitor()
    assert client.get(ask(client, "/sign-up/")).status_code == 200


def test_a_token_that_is_made_up_is_too_old() -> None:
    assert visitor().get("/security/number/no-such-token/email/").status_code == 410


def test_a_post_of_another_site_is_refused() -> None:
    client = visitor(enforce_csrf_checks=True)
    assert client.post(to_email(client), {"email": EMAIL}).status_code == 403


def test_page_and_email_are_there_in_german() -> None:
    german = Client(headers={"Accept": "text/html", "Accept-Language": "de"})
    with translation.override("de"):
        url = to_email(german)
        assert "E-Mail-Adresse bestätigen" in german.get(url).content.decode()
        send(german, url)
        assert "weiter" in german.get(link_in_mailbox()).content.decode()
    assert "in dem Browser" in SENT[-1].text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_nothing_is_sent(transactional_db: None) -> None:
    client = visitor()
    url = to_email(client)
    filled = {**number_form(client.get(url), ""), "email": EMAIL}
    with store_down():
        assert client.post(url, filled).status_code == 503
    assert not MailedBrowser.objects.exists()
