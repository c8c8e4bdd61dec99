"""The numbers of the site are for who has the token, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.core.metric import TEXT_FORMAT
from tests import factories
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
TOKEN, NEXT = "t" * 32, "n" * 32


@pytest.fixture
def site(settings: Any) -> Client:
    """A client without any cookie, at a site with two tokens."""
    settings.ROOT_URLCONF = "tests.web.metrics_urls"
    settings.OTPGUARD = {**settings.OTPGUARD, "METRICS_TOKENS": [TOKEN, NEXT]}
    return Client()


def ask(client: Client, header: str = "", **more: Any) -> Any:
    return client.get("/metrics", headers={"Authorization": header} if header else {}, **more)


@pytest.mark.parametrize("token", [TOKEN, NEXT])
def test_who_has_a_token_reads_them(site: Client, token: str) -> None:
    answer = ask(site, f"Bearer {token}")
    assert (answer.status_code, answer["Content-Type"]) == (200, TEXT_FORMAT)
    assert answer["Cache-Control"] == "private, no-store"
    assert "otpguard_audit_sealing_lag_seconds 0" in answer.content.decode()


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[1:]}", f"Basic {TOKEN}", "Bearer \xff"],
)
def test_with_another_token_or_none_nothing_is_told(site: Client, header: str) -> None:
    answer = ask(site, header)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_login_opens_nothing(site: Client) -> None:
    factories.login(site, factories.staff())
    assert ask(site).status_code == 401


def test_without_a_token_in_the_settings_there_is_no_page(site: Client, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "METRICS_TOKENS": []}
    for header in ("", "Bearer ", f"Bearer {TOKEN}"):
        assert ask(site, header).status_code == 404


def test_it_changes_nothing_and_takes_nothing(site: Client) -> None:
    answer = site.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 405


def test_while_the_database_is_away_it_says_so(site: Client) -> None:
    with no_answer():
        answer = ask(site, f"Bearer {TOKEN}")
        refused = ask(site, "Bearer x")
    assert (answer.status_code, refused.status_code) == (503, 401)
