"""The status address tells how far a code has come, and nothing about where it went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.http import challenge_token
from otpguard.models import Challenge, Delivery
from otpguard.web.stepup import status
from tests import factories
from tests.host import Host
from tests.stepup import begin, go_on


@pytest.fixture
def challenge(host: Host) -> Challenge:
    return begin(host.client, host.client.get("/billing/"))


@pytest.fixture
def url(challenge: Challenge) -> str:
    return reverse("otpguard:status", args=[challenge_token.encrypt(challenge.pk)])


def test_it_tells_five_things_and_no_more(host: Host, url: str) -> None:
    told = Client().get(url).json()
    assert set(told) == {"state", "step", "delivered", "resend_in", "slow"}
    assert (told["state"], told["step"], told["delivered"]) == ("sent", 0, True)
    assert 0 < told["resend_in"] <= 30


def test_it_costs_one_statement_and_touches_no_session(
    host: Host, url: str, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "otpguard.middleware.EnrollmentMiddleware"]
    for client in (host.another_client(), Client()):
        with django_assert_num_queries(1):
            answer = client.get(url)
        assert answer.status_code == 200
        assert not answer.cookies
        assert "Vary" not in answer


def test_it_is_told_to_anyone_where_a_site_asks_for_a_login_everywhere(
    url: str, settings: Any
) -> None:
    everywhere = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, everywhere]
    assert Client().get(url).status_code == 200


@pytest.mark.parametrize("column", ["channel", "provider"])
def test_what_it_says_is_the_same_whatever_the_way(url: str, column: str) -> None:
    before = Client().get(url).content
    Delivery.objects.update(**{column: "voice"})
    assert Client().get(url).content == before


def test_what_is_unchanged_is_answered_without_a_body(
    url: str, django_assert_num_queries: Any
) -> None:
    first = Client().get(url)
    headers = {"If-None-Match": first["ETag"]}
    with django_assert_num_queries(1):
        again = Client().get(url, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Cache-Control"] == "private, no-store"
    Delivery.objects.update(state="sent")
    changed = Client().get(url, headers=headers)
    assert (changed.status_code, changed.json()["delivered"]) == (200, False)


def test_a_right_answer_is_told_for_a_minute(host: Host, challenge: Challenge, url: str) -> None:
    go_on(host.client, challenge)
    assert Client().get(url).json()["state"] == "verified"
    factories.age(challenge, closed_at=timezone.now() - timedelta(seconds=61))
    gone = Client().get(url)
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "token",
    ["x" * 80, challenge_token.encrypt(uuid4())],
    ids=["no token", "a token of no challenge"],
)
def test_a_made_up_reference_is_not_found(db: None, token: str) -> None:
    answer = Client().get(reverse("otpguard:status", args=[token]))
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_reference_is_answered_sixty_times_a_minute(
    redis_client: Any,
    challenge: Challenge,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:
    assert status.RATE == "60/m"
    monkeypatch.setattr(status, "RATE", "60/h")  # a minute may end meanwhile
    asking = Client()
    assert {asking.get(url).status_code for _ in range(60)} == {200}
    with django_assert_num_queries(0):
        refused = asking.get(url)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(refused["Retry-After"]) <= 3600
    other = reverse("otpguard:status", args=[challenge_token.encrypt(challenge.pk)])
    assert asking.get(other).status_code == 200


def test_nothing_is_told_by_another_method(url: str) -> None:
    assert Client().post(url).status_code == 405
