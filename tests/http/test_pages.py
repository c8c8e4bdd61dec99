"""Headers of our own pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse

from otpguard.http.pages import hardened


def directives(response: HttpResponse) -> dict[str, str]:
    parts = [part.split(maxsplit=1) for part in response["Content-Security-Policy"].split(";")]
    return dict(parts)


def test_a_page_is_neither_cached_nor_framed_nor_guessed_at() -> None:
    response = hardened(None, HttpResponse())
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_referrer_stays_on_the_site_so_that_the_csrf_check_still_works() -> None:
    assert hardened(None, HttpResponse())["Referrer-Policy"] == "same-origin"


def test_nothing_inline_and_nothing_foreign_runs() -> None:
    allowed = directives(hardened(None, HttpResponse()))
    assert allowed["default-src"] == "'none'"
    assert allowed["frame-ancestors"] == allowed["base-uri"] == "'none'"
    assert allowed["form-action"] == "'self'"
    assert allowed["script-src"] == allowed["style-src"] == "'self'"
    assert not any(re.search(r"unsafe|\*|data:", sources) for sources in allowed.values())


@pytest.mark.parametrize(
    ("static", "source"),
    [
        ("/static/", "'self'"),
        ("https://cdn.example/static/", "'self' https://cdn.example"),
        (None, "'self'"),
    ],
)
def test_files_may_come_from_where_the_project_keeps_them(
    settings: Any, static: str | None, source: str
) -> None:
    settings.STATIC_URL = static
    assert directives(hardened(None, HttpResponse()))["script-src"] == source


def test_the_response_itself_comes_back() -> None:
    response = HttpResponse("text", status=410)
    assert hardened(None, response) is response
