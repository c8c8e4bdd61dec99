"""The ways to log in and out are known by their callback, whatever they are called."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from django.urls import resolve, set_script_prefix

from otpguard.http.login_views import is_login_or_logout, wrapped

PAGES = "tests.patterned"


@pytest.fixture(autouse=True)
def _pages(settings: Any) -> None:
    settings.ROOT_URLCONF = PAGES
    settings.LOGIN_URL = "/nowhere/"


def known(path: str) -> bool:
    match = resolve(path, urlconf=PAGES)
    return is_login_or_logout(match.func, match.view_name)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/in/",
        "/accounts/again/",
        "/accounts/out/",
        "/admin/login/",
        "/admin/logout/",
        "/backoffice/login/",
        "/backoffice/logout/",
    ],
)
def test_djangos_views_and_those_of_every_admin_site_are_known(path: str) -> None:
    assert known(path)


@pytest.mark.parametrize(
    "path",
    [
        "/partner/login/",
        "/partner/logout/",
        "/admin/",
        "/admin/password_change/",
        "/admin/auth/user/",
        "/backoffice/",
        "/enter/",
        "/about/",
    ],
)
def test_a_view_that_is_merely_called_so_is_not(path: str) -> None:
    assert not known(path)


@pytest.mark.parametrize(
    ("login", "is_known"),
    [
        ("/enter/", True),
        ("/enter/?next=/", True),
        ("enter", True),
        ("/enter", False),
        ("no-such-name", False),
        ("https://sso.example/enter/", False),
        ("//sso.example/enter/", False),
    ],
)
def test_the_page_that_login_url_resolves_to_is_known(login: str, is_known: bool) -> None:
    with override_settings(LOGIN_URL=login):
        assert known("/enter/") is is_known
        assert not known("/enter/too/"), "the same function, for something else"


def test_a_site_below_a_prefix_finds_its_login_page() -> None:
    try:
        set_script_prefix("/crm/")
        with override_settings(LOGIN_URL="enter"):
            assert known("/enter/")
        with override_settings(LOGIN_URL="/enter/"):
            assert not known("/enter/"), "another site's, outside of ours"
    finally:
        set_script_prefix("/")


def test_a_view_comes_before_what_it_wraps() -> None:
    def inner() -> None: ...

    def outer() -> None: ...

    outer.__wrapped__ = inner
    assert list(wrapped(outer)) == [outer, inner]
