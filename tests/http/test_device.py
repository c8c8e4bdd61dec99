"""The known-device cookie."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from otpguard.http import device

OLD, NEW = "old root key " * 3, "new root key " * 3


def cookie_of(user: str, identity: str = "an-id", *, secure: bool = False) -> tuple[str, str]:
    """The name and value that the browser of `user` was given."""
    response = HttpResponse()
    device.write(RequestFactory().get("/", secure=secure), response, user, identity)
    [(name, morsel)] = response.cookies.items()
    return name, morsel.value


def request_with(name: str, value: str, *, secure: bool = False) -> HttpRequest:
    request = RequestFactory().get("/", secure=secure)
    request.COOKIES[name] = value
    return request


@pytest.mark.parametrize("secure", [True, False])
def test_a_browser_is_told_by_its_cookie_for_its_user_only(secure: bool) -> None:
    request = request_with(*cookie_of("7", secure=secure), secure=secure)
    assert device.read(request, "7") == "an-id"
    assert not device.read(request, "8")
    assert not device.read(request, "")
    assert not device.read(RequestFactory().get("/", secure=secure), "7")


@pytest.mark.parametrize("value", ["", ".", "x", "x.", ".y", "x.0000", "x.é", "a.b.c", "an-id"])
def test_a_made_up_cookie_is_not_believed(value: str) -> None:
    name, real = cookie_of("7")
    assert device.read(request_with(name, real), "7")
    assert not device.read(request_with(name, value), "7")


def test_a_signature_fits_its_own_identity_only() -> None:
    name, one = cookie_of("7")
    _, two = cookie_of("7", "other-id")
    mixed = f"{one.partition('.')[0]}.{two.partition('.')[2]}"
    assert not device.read(request_with(name, mixed), "7")


def test_over_https_the_cookie_of_plain_http_does_not_count() -> None:
    name, value = cookie_of("7")
    assert not device.read(request_with(name, value, secure=True), "7")


def test_over_https_the_cookie_cannot_be_set_by_a_sibling_host() -> None:
    response = HttpResponse()
    device.write(RequestFactory().get("/", secure=True), response, "7", "an-id")
    morsel = response.cookies["__Host-otpguard_device"]
    assert (morsel["secure"], morsel["httponly"], morsel["path"], morsel["domain"]) == (
        True,
        True,
        "/",
        "",
    )
    assert morsel["samesite"] == "Lax"
    assert morsel["max-age"] == int(device.LIFE.total_seconds())


def test_the_cookie_does_not_name_its_user() -> None:
    name, value = cookie_of("kim-the-admin")
    assert "kim" not in name + value


def test_a_cookie_counts_while_its_key_is_at_hand() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": [OLD]}):
        request = request_with(*cookie_of("7"))
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW, OLD]}):
        assert device.read(request, "7")
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW]}):
        assert not device.read(request, "7")
