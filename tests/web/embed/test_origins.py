"""Who may ask from another origin, with what, and how narrow CORS is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.models import Challenge
from tests.web.embed.embedding import NUMBER, ORIGIN, form, post

PATHS = ("form", "start", "answer")


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "https://evil.example",
        f"{ORIGIN}.evil.example",
        ORIGIN.replace("https", "http"),
        f"{ORIGIN}:8443",
        ORIGIN.upper(),
    ],
)
def test_an_origin_that_is_not_listed_gets_403_and_may_not_even_read_it(
    name: str, origin: str
) -> None:
    refused = post(name, {}, origin=origin)
    assert refused.status_code == 403
    assert refused.json()["code"] == "origin_not_allowed"
    assert not [name for name in refused.headers if name.startswith("Access-Control-")]
    assert refused["Vary"] == "Origin"


def test_by_default_no_origin_is_listed(settings: Any) -> None:
    settings.OTPGUARD = {
        key: value for key, value in settings.OTPGUARD.items() if key != "EMBED_ORIGINS"
    }
    assert post("form", {"checkpoint": "signup"}).status_code == 403


@pytest.mark.parametrize("name", PATHS)
def test_the_preflight_allows_that_origin_one_method_and_one_header(name: str) -> None:
    answer = Client().options(f"/security/embed/{name}/", headers={"Origin": ORIGIN})
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert answer["Access-Control-Allow-Methods"] == "POST"
    assert answer["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Access-Control-Allow-Credentials" not in answer


def test_the_preflight_of_another_origin_allows_nothing() -> None:
    url = "/security/embed/form/"
    answer = Client().options(url, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer


def test_an_answer_names_the_origin_and_sets_no_cookie() -> None:
    answer = post("form", {"checkpoint": "signup"})
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in answer
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_a_login_in_that_browser_changes_nothing() -> None:
    started = post("start", {"form": form(), "number": NUMBER})
    assert started.status_code == 201
    assert Challenge.objects.get().user is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "application/json"),
        ("x", "application/json"),
        ("[]", "application/json"),
        ('{"form": 1}', "application/json"),
        ('{"form": {"a": "b"}}', "application/json"),
        ("[" * 10_000, "application/json"),
        ('{"form": "' + "x" * 20_000 + '"}', "application/json"),
        ("{}", "text/plain"),
        ("form=x", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_small_object_of_texts_is_refused(body: str, kind: str) -> None:
    url = "/security/embed/start/"
    answer = Client().post(url, body, content_type=kind, headers={"Origin": ORIGIN})
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"
    assert answer["Access-Control-Allow-Origin"] == ORIGIN


def test_another_method_is_told_which_ones_there_are() -> None:
    answer = Client().get("/security/embed/form/", headers={"Origin": ORIGIN})
    assert answer.status_code == 405
    assert answer["Allow"] == "POST, OPTIONS"


def test_too_many_requests_wait() -> None:
    answers = [
        post("form", {"checkpoint": "signup"}, REMOTE_ADDR="192.0.2.250").status_code
        for _ in range(61)
    ]
    assert answers[-1] == 429
    assert answers[0] == 200
