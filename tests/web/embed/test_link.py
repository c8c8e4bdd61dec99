"""The page behind a link that a form on another origin has asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from otpguard.models import Challenge, MailedBrowser
from tests.flows.number.mailing import link_in_mailbox
from tests.store_down import store_down
from tests.visiting import visitor
from tests.web.embed.embedding import (
    NUMBER,
    ORIGIN,
    form,
    mailed_token,
    onward,
    order_link,
    post,
)

pytestmark = pytest.mark.usefixtures("email_first")


def test_reading_it_marks_nothing_and_pressing_the_button_leads_on_to_a_code() -> None:
    order_link()
    link = link_in_mailbox()
    client = Client()
    shown = client.get(link)
    assert shown.status_code == 200
    assert "www.landing.example" in shown.content.decode()
    assert MailedBrowser.objects.get().opened_at is None, "programs open links, too"
    token = onward(client.post(link)).partition("#otpguard-mailed=")[2]
    started = post("start", {"form": form(mailed=token), "number": NUMBER})
    assert started.status_code == 201
    assert Challenge.objects.get().spend_lane == "mailed"
    assert not client.cookies.get("otpguard_browser")


def test_it_goes_on_by_itself_without_a_script_and_without_a_redirect() -> None:
    order_link()
    page = Client().post(link_in_mailbox())
    assert page.status_code == 200
    assert f'<meta http-equiv="refresh" content="0; url={ORIGIN}/join#' in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"


def test_opening_it_again_leads_on_and_renews_nothing() -> None:
    order_link()
    link = link_in_mailbox()
    Client().post(link)
    until = MailedBrowser.objects.get().until
    assert onward(Client().post(link))
    assert MailedBrowser.objects.get().until == until


def test_it_does_not_count_on_the_page_of_our_own_visitors() -> None:
    order_link()
    token = link_in_mailbox().rstrip("/").rpartition("/")[2]
    client = visitor()
    assert client.post(f"/security/email-link/{token}/").status_code == 410
    assert MailedBrowser.objects.get().opened_at is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_one_that_is_made_up_too_old_or_of_an_origin_no_longer_listed_is_gone(
    method: str, settings: Any
) -> None:
    order_link()
    link = link_in_mailbox()
    assert getattr(Client(), method)("/security/embed/link/no-such-token/").status_code == 410
    MailedBrowser.objects.update(created_at=timezone.now() - timedelta(minutes=31))
    assert getattr(Client(), method)(link).status_code == 410
    MailedBrowser.objects.update(created_at=timezone.now())
    settings.OTPGUARD = {**settings.OTPGUARD, "EMBED_ORIGINS": []}
    gone = getattr(Client(), method)(link)
    assert gone.status_code == 410
    assert ORIGIN not in gone.content.decode()
    assert MailedBrowser.objects.get().opened_at is None


def test_what_it_leads_on_with_counts_at_its_form_alone(settings: Any) -> None:
    token, other = mailed_token(), "https://other.example"
    settings.OTPGUARD = {**settings.OTPGUARD, "EMBED_ORIGINS": [ORIGIN, other]}
    here = post("form", {"checkpoint": "signup", "mailed": token}).json()
    elsewhere = post("form", {"checkpoint": "signup", "mailed": token}, origin=other).json()
    reset = post("form", {"checkpoint": "password_reset", "mailed": token}).json()
    made_up = post("form", {"checkpoint": "signup", "mailed": token[:-4]}).json()
    asked = [each["email_first"] for each in (here, elsewhere, reset, made_up)]
    assert asked == [False, True, True, True]


def test_another_site_cannot_press_the_button() -> None:
    order_link()
    link = link_in_mailbox()
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403
    assert MailedBrowser.objects.get().opened_at is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_it_does_not_lead_on(transactional_db: None) -> None:
    order_link()
    link = link_in_mailbox()
    with store_down():
        assert Client().post(link).status_code == 503
    assert MailedBrowser.objects.get().opened_at is None
