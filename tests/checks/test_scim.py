"""A project that mounts SCIM is told if nothing can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from otpguard.checks.options import check_settings
from otpguard.checks.scim import check_scim
from tests.checks.projects import Case, names, ours, try_check


def numbers() -> list[str | None]:
    return [each.id for each in check_scim()]


@pytest.fixture(autouse=True)
def _mounted(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.scim.urls"


def test_djangos_users_and_our_members_can_be_written() -> None:
    assert numbers() == []


CASES: list[tuple[str, Callable[[Any, pytest.MonkeyPatch], None]]] = [
    ("otpguard.E190", lambda settings, _patch: close_directory(settings)),
    ("otpguard.E191", lambda _settings, patch: ask_for_more(patch)),
]


def close_directory(settings: Any) -> None:
    path = "tests.tenants.closed_directory.Closed"
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANT_DIRECTORY": path}


def ask_for_more(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(User, "REQUIRED_FIELDS", ["email", "birthday"])


@pytest.mark.parametrize(("number", "spoil"), CASES, ids=["members", "accounts"])
def test_a_site_that_cannot_write_what_a_directory_sends_is_told(
    settings: Any, monkeypatch: pytest.MonkeyPatch, number: str, spoil: Callable[..., None]
) -> None:
    spoil(settings, monkeypatch)
    assert numbers() == [number]
    settings.ROOT_URLCONF = "tests.urls"
    assert numbers() == []


RESOLVERS: list[Case] = [
    (
        "otpguard.E185",
        ours(DOMAIN_RESOLVER="no.such.Resolver"),
        ours(DOMAIN_RESOLVER="tests.dns_server.LoopbackTexts"),
    ),
    ("otpguard.E185", ours(DOMAIN_RESOLVER="tests.dns_server.running"), ours()),
]


@pytest.mark.parametrize(("number", "wrong", "right"), RESOLVERS, ids=names(RESOLVERS))
def test_a_resolver_of_the_projects_own_must_load(number: str, wrong: Any, right: Any) -> None:
    try_check(check_settings, number, wrong, right)
