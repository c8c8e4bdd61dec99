"""A stranger on another origin asks for the link of an e-mail."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from otpguard.channels.providers.memory import SENT
from otpguard.flows.pumping.visitor_form.form import place_of_token
from otpguard.models import Challenge, Event, MailedBrowser
from otpguard.testing import send_notices
from tests import factories
from tests.flows.number.mailing import link_in_mailbox
from tests.store_down import store_down
from tests.web.embed.embedding import EMAIL, NUMBER, ORIGIN, form, onward, order_link, post, start

pytestmark = pytest.mark.usefixtures("email_first")


def test_a_stranger_gets_a_link_and_no_code_before() -> None:
    refused = start()
    assert (refused.status_code, refused.json()["code"]) == (403, "email_first")
    assert not Challenge.objects.exists()
    renewed = refused.json()["form"]
    assert post("email", {"form": renewed, "email": EMAIL}).status_code == 202
    assert "/embed/link/" in link_in_mailbox()


def test_the_page_that_asked_is_not_what_the_link_marks() -> None:
    """Nobody gains by having a link sent to the mailbox of somebody else."""
    token = form()
    sent = post("email", {"form": token, "email": EMAIL, "page": "/join"})
    Client().post(link_in_mailbox())
    place = place_of_token(token)
    assert place is not None
    row = MailedBrowser.objects.get()
    assert row.opened_at is not None
    assert row.browser != place.browser
    assert row.browser not in sent.content.decode()
    still = post("start", {"form": sent.json()["form"], "number": NUMBER})
    assert still.json()["code"] == "email_first"


def test_every_mailbox_gets_the_same_answer(settings: Any, tmp_path: Any) -> None:
    file = tmp_path / "domains.txt"
    file.write_text("throwaway.example\n")
    settings.OTPGUARD = {**settings.OTPGUARD, "HYGIENE": {"DOMAINS_FILE": str(file)}}
    factories.user(email="known@acme.example")
    answers = [
        order_link(email)
        for email in ("known@acme.example", "new@acme.example", "kim@throwaway.example")
    ]
    assert [each.status_code for each in answers] == [202] * 3
    assert len({tuple(each.json()) for each in answers}) == 1
    assert MailedBrowser.objects.count() == 2


def test_a_mailbox_gets_two_links_a_day_and_nobody_is_told() -> None:
    answers = [order_link() for _ in range(3)]
    assert [each.status_code for each in answers] == [202] * 3
    assert MailedBrowser.objects.count() == 2
    assert Event.objects.filter(kind="email_link.withheld").count() == 1


def test_a_client_ip_gets_only_so_many() -> None:
    answers = [order_link(f"kim{each}@acme.example") for each in range(11)]
    refused = answers[-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "start_refused")
    assert int(refused["Retry-After"]) > 0
    assert MailedBrowser.objects.count() == 10


def test_a_filled_honeypot_gets_no_link_and_is_not_told() -> None:
    assert order_link(contact_subject="x").status_code == 202
    send_notices()
    assert not SENT


def test_a_token_serves_once_and_the_next_one_comes_along() -> None:
    token = form()
    sent = {"form": token, "email": EMAIL}
    assert post("email", sent).status_code == 202
    again = post("email", sent)
    assert (again.status_code, again.json()["code"]) == (409, "form_again")
    assert post("email", {**sent, "form": again.json()["form"]}).status_code == 202


@pytest.mark.parametrize("token", ["", "x", "gAAAAA"])
def test_a_forged_token_gets_none(token: str) -> None:
    refused = post("email", {"form": token, "email": EMAIL})
    assert (refused.status_code, refused.json()["code"]) == (409, "form_again")
    assert "form" not in refused.json()


def test_a_token_of_another_listed_origin_does_not_count(settings: Any) -> None:
    token, other = form(), "https://other.example"
    settings.OTPGUARD = {**settings.OTPGUARD, "EMBED_ORIGINS": [ORIGIN, other]}
    assert post("email", {"form": token, "email": EMAIL}, origin=other).status_code == 409


@pytest.mark.parametrize("email", ["", "kim", "kim@", "a" * 300 + "@acme.example"])
def test_what_is_no_email_gets_a_sentence_and_a_new_token(email: str) -> None:
    refused = order_link(email)
    assert (refused.status_code, refused.json()["field"]) == (400, "email")
    renewed = {"form": refused.json()["form"], "email": EMAIL}
    assert post("email", renewed).status_code == 202


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("/de/join", "/de/join"),
        ("/pr%C3%BCfung/", "/pr%C3%BCfung/"),
        ("", "/"),
        ("join", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/join?next=https://evil.example", "/"),
        ("/join#x", "/"),
        ("/join\n", "/"),
        ("@evil.example/", "/"),
        (".evil.example/", "/"),
        ('/"><script>', "/"),
        ("/" + "a" * 400, "/"),
    ],
)
def test_the_link_leads_back_to_a_path_of_the_listed_origin_alone(page: str, path: str) -> None:
    order_link(page=page)
    url = onward(Client().post(link_in_mailbox()))
    assert url.startswith(f"{ORIGIN}{path}#otpguard-mailed=")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_nothing_is_sent(transactional_db: None) -> None:
    token = form()
    with store_down():
        answer = post("email", {"form": token, "email": EMAIL})
    assert answer.status_code == 503
    assert not MailedBrowser.objects.exists()
