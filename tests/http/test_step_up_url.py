"""The URL of a step-up fits into every request line, and leads back to the longest page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve

from otpguard.exceptions import Ask
from otpguard.http.step_up_url import KEY, LONGEST_KEPT, ask_of, step_up_url
from tests.host import Host
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
GUNICORN = 4094
"""The longest request line that it takes unless it is told otherwise."""

ASK = Ask(
    checkpoint="security_settings.factor_reset",
    tenant="0" * 36,
    user="0" * 36,
    sid="s" * 43,
    story="0" * 36,
    intent="i" * 64,
    target="✓" * 80,
)


@pytest.fixture
def request_() -> HttpRequest:
    made = RequestFactory().get("/")
    made.session = SessionStore()
    return made


def back(request: HttpRequest, url: str) -> Ask | None:
    return ask_of(request, resolve(urlsplit(url).path).kwargs["token"])


def page(length: int, name: str = "a") -> str:
    return f"/{name}/?{'q' * (length - len(name) - 3)}"


@pytest.mark.parametrize("length", [10, 1000, 1001, 2600, 4000, LONGEST_KEPT])
def test_the_url_is_short_and_holds_the_page_however_long_it_is(
    request_: HttpRequest, length: int
) -> None:
    ask = replace(ASK, next=page(length))
    url = step_up_url(request_, ask)
    assert len(f"POST {url} HTTP/1.1\r\n") < GUNICORN - 500, "there is room for a prefix"
    assert back(request_, url) == ask
    assert (KEY in request_.session) is (length > 1000)


def test_a_page_beyond_all_bounds_is_lost_and_the_ask_is_not(request_: HttpRequest) -> None:
    url = step_up_url(request_, replace(ASK, next=page(LONGEST_KEPT + 1)))
    assert back(request_, url) == ASK
    assert KEY not in request_.session


def test_the_three_newest_pages_are_kept_and_none_twice(request_: HttpRequest) -> None:
    urls = [step_up_url(request_, replace(ASK, next=page(2000, name))) for name in "abcd"]
    found = [ask.next[:3] for url in urls if (ask := back(request_, url)) is not None]
    assert found == ["", "/b/", "/c/", "/d/"]
    request_.session.modified = False
    step_up_url(request_, replace(ASK, next=page(2000, "c")))
    assert not request_.session.modified


def test_another_session_learns_nothing_of_the_page(request_: HttpRequest) -> None:
    url = step_up_url(request_, replace(ASK, next=page(2000)))
    stranger = RequestFactory().get("/")
    stranger.session = SessionStore()
    assert back(stranger, url) == ASK


def test_what_is_no_token_is_no_ask(request_: HttpRequest) -> None:
    assert ask_of(request_, "nonsense") is None


@pytest.mark.parametrize("length", [3000, 6000])
def test_a_long_page_is_reached_after_the_step_up(host: Host, length: int) -> None:
    query = f"a={'q' * length}"
    url = f"/billing/?{query}"
    refused = host.client.get(url)
    assert (refused.status_code, len(refused["Location"]) < 2500) == (303, True)
    done = step_up(host.client, refused)
    assert (done.status_code, done.request["QUERY_STRING"]) == (200, query)


def test_a_form_of_a_long_page_leads_back_to_it(host: Host) -> None:
    long = f"http://testserver/open/?{'q' * 3000}"
    refused = host.client.post("/keys/", {"name": "ci"}, headers={"Referer": long})
    assert len(refused["Location"]) < 2500
    proven: Any = step_up(host.client, refused)
    assert proven.context["back_url"].endswith("q" * 3000)
    assert continue_form(host.client, proven).status_code == 200
