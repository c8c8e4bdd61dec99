"""The cookie that names a browser: signed, of this host alone, and without a session row."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from otpguard.core.assurance import Primary
from otpguard.web.number.browser import COOKIE, LIFE, anonymous_facts, new_browser, opened, signed
from tests import factories

OLD, NEW = "old root key " * 3, "new root key " * 3


def given(browser: str, *, secure: bool = False) -> HttpResponse:
    response = HttpResponse()
    COOKIE.write(RequestFactory().get("/", secure=secure), response, browser)
    return response


def request_with(name: str, value: str, *, secure: bool = False) -> HttpRequest:
    request = RequestFactory().get("/", secure=secure)
    request.COOKIES[name] = value
    return request


@pytest.mark.parametrize(
    ("secure", "named"), [(True, "__Host-otpguard_browser"), (False, "otpguard_browser")]
)
def test_a_browser_is_told_by_its_cookie(secure: bool, named: str) -> None:
    [(name, morsel)] = given("an-id", secure=secure).cookies.items()
    assert name == named
    assert COOKIE.read(request_with(name, morsel.value, secure=secure)) == "an-id"
    assert COOKIE.read(RequestFactory().get("/", secure=secure)) == ""


def test_over_https_the_name_of_plain_http_is_not_read() -> None:
    value = signed("planted")
    assert COOKIE.read(request_with("otpguard_browser", value, secure=True)) == ""
    assert COOKIE.read(request_with("__Host-otpguard_browser", value, secure=True)) == "planted"


def test_browsers_keep_it_to_this_host_and_from_scripts() -> None:
    [morsel] = given("an-id", secure=True).cookies.values()
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"]) == (True, True, "Lax")
    assert (morsel["path"], morsel["domain"]) == ("/", "")
    assert morsel["max-age"] == LIFE.total_seconds()


@pytest.mark.parametrize(
    "value",
    ["", ".", "x", "x.", ".y", "x.0000", "x.é", "a.b.c", "an-id", "\ud800.\ud800", "\x00.\x00"],
)
def test_a_made_up_cookie_names_no_browser(value: str) -> None:
    assert opened(value) == ""


def test_a_signature_fits_its_own_id_only() -> None:
    one, two = signed("one"), signed("two")
    assert opened(f"{one.partition('.')[0]}.{two.partition('.')[2]}") == ""
    assert opened(one) == "one"


def test_a_cookie_outlives_a_key_that_was_rotated_and_not_one_that_is_gone() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": [OLD]}):
        value = signed("an-id")
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW, OLD]}):
        assert opened(value) == "an-id"
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW]}):
        assert opened(value) == ""


def test_no_two_new_browsers_have_one_id() -> None:
    found = {new_browser() for _ in range(100)}
    assert len(found) == 100
    assert {len(each) for each in found} == {43}


@pytest.mark.django_db
def test_the_facts_name_a_browser_and_nobody_who_is_logged_in() -> None:
    request = RequestFactory().post("/join/")
    request.user = factories.staff()
    request.session = {}
    facts = anonymous_facts(request, "an-id")
    assert (facts.user, facts.sid, facts.email, facts.browser) == ("", "", "", "an-id")
    assert not facts.user_is_staff
    assert facts.primary is Primary.NONE
