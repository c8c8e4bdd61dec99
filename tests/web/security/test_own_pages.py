"""What the pages of one's own security share."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from otpguard.core.facts import RequestFacts
from otpguard.http.session import KEY
from otpguard.models import LoginSession
from otpguard.web.security.own_pages import DONE, back, own_page
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db

HOME = "/security/"
PAGES = [
    reverse("otpguard:security"),
    reverse("otpguard:add"),
    reverse("otpguard:add-kind", args=["totp"]),
    reverse("otpguard:recovery-codes"),
    reverse("otpguard:add-email"),
]


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_is_led_to_the_login_and_back(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/?next=" + path)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_never_kept_and_runs_nothing_of_its_own(host: Host, path: str) -> None:
    page = host.client.get(path)
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert b"style=" not in page.content
    assert b"onclick" not in page.content
    assert b"<script>" not in page.content


@pytest.mark.parametrize("path", PAGES)
def test_headings_begin_with_one_and_leave_none_out(host: Host, path: str) -> None:
    text = host.client.get(path).content.decode()
    assert text.count("<h1") == 1
    assert "<h3" not in text
    assert text.index("<h1") < (text.find("<h2") if "<h2" in text else len(text))


def test_a_session_from_before_the_installation_gets_a_login_session(host: Host) -> None:
    kept = host.client.session
    del kept[KEY]
    kept.save()
    LoginSession.objects.all().delete()
    assert host.client.get(HOME).status_code == 200
    assert LoginSession.objects.get().authenticated_at is None


def test_the_view_is_given_the_facts(host: Host) -> None:
    @own_page
    def view(_request: HttpRequest, facts: RequestFacts, word: str) -> HttpResponse:
        return HttpResponse(f"{facts.user} {word}")

    answer = view(request_of(host), word="hello")
    assert answer.content.decode() == f"{host.user.pk} hello"
    assert "Content-Security-Policy" in answer


@pytest.mark.parametrize("word", list(DONE))
def test_what_was_done_is_said_by_a_word_of_a_closed_set(host: Host, word: str) -> None:
    page = host.client.get(back(word)["Location"])
    assert page.context["done"] == DONE[word]
    assert 'role="status"' in page.content.decode()


def test_any_other_word_says_nothing(host: Host) -> None:
    page = host.client.get(f"{HOME}?done=Call+this+number")
    assert page.context["done"] == ""
    assert b"Call this number" not in page.content
