"""The name on our pages, the way home, and who is logged in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from otpguard.http.pages import frame_around, home_url
from tests import factories


@pytest.mark.parametrize(
    ("own", "djangos", "leads_to"),
    [
        ("/app/", "/billing/", "/app/"),
        ("https://www.example.com/", "/billing/", "https://www.example.com/"),
        ("otpguard:security", "/billing/", "/security/"),
        ("no-such-view", "/billing/", "/"),
        ("", "/billing/", "/billing/"),
        ("", "otpguard:security", "/security/"),
        ("", "https://www.example.com/", "https://www.example.com/"),
        ("", "/accounts/profile/", "/"),
        ("", "no-such-view", "/"),
    ],
)
def test_home_is_our_setting_or_djangos_or_the_root(
    settings: Any, own: str, djangos: str, leads_to: str
) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    settings.OTPGUARD = {**settings.OTPGUARD, "HOME_URL": own}
    settings.LOGIN_REDIRECT_URL = djangos
    assert home_url() == leads_to


def test_the_name_is_the_tenants_or_the_sites_or_that_of_the_host(settings: Any) -> None:
    request = RequestFactory().get("/")
    settings.OTPGUARD = {**settings.OTPGUARD, "BRAND": "Acme CRM"}
    assert frame_around(request, brand="Acme Health").brand == "Acme Health"
    assert frame_around(request).brand == "Acme CRM"
    del settings.OTPGUARD["BRAND"]
    settings.OTPGUARD = {**settings.OTPGUARD}
    assert frame_around(request).brand == "testserver"
    assert frame_around(None).brand == "this service"


@pytest.mark.django_db
def test_who_is_logged_in_is_said_once_it_is_known_and_never_read_for_the_frame() -> None:
    def unread() -> Any:
        raise AssertionError("the frame must not read the session")

    request: Any = RequestFactory().get("/")
    assert frame_around(request).account == ""
    request.user = SimpleLazyObject(unread)
    assert frame_around(request).account == ""
    ada = factories.user("ada")
    request.user = SimpleLazyObject(lambda: ada)
    bool(request.user.is_authenticated)
    assert frame_around(request).account == "ada"
    request.user = AnonymousUser()
    assert frame_around(request).account == ""


@pytest.mark.parametrize(
    ("logo", "url"),
    [
        ("", ""),
        ("acme/logo.svg", "/static/acme/logo.svg"),
        ("/media/logo.svg", "/media/logo.svg"),
        ("https://cdn.example/logo.svg", "https://cdn.example/logo.svg"),
    ],
)
def test_a_logo_is_found_in_the_static_files_or_where_it_says(
    settings: Any, logo: str, url: str
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGO": logo}
    settings.STATIC_URL = "/static/"
    assert frame_around(None).logo_url == url


def test_a_logo_that_was_not_collected_takes_no_page_away(settings: Any, tmp_path: Any) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGO": "acme/no-such-logo.svg"}
    assert frame_around(None).logo_url == ""


def test_a_tenant_has_its_own_logo_and_else_that_of_the_site(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGO": "/media/site.svg"}
    assert frame_around(None, logo="/media/acme.svg").logo_url == "/media/acme.svg"
    assert frame_around(None).logo_url == "/media/site.svg"


def test_a_logo_that_the_content_policy_does_not_admit_gives_way_to_the_sites(
    settings: Any,
) -> None:
    elsewhere = "https://pictures.example/acme.svg"
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGO": "/media/site.svg"}
    assert frame_around(None, logo=elsewhere).logo_url == "/media/site.svg"
    sources = {"img-src": ["https://pictures.example"]}
    settings.OTPGUARD = {**settings.OTPGUARD, "CSP_SOURCES": sources}
    assert frame_around(None, logo=elsewhere).logo_url == elsewhere
