"""How the middleware finds out what a view has declared."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from django.urls import resolve
from django.views.generic import View

from otpguard.core.send_options import USUAL
from otpguard.http.marker import Marker, marker_of, send_options_of

GUARDED = "tests.guarded"


def marker_at(path: str) -> Marker | None:
    match = resolve(path, urlconf=GUARDED)
    return marker_of(match.func, match.view_name)


@pytest.mark.parametrize(
    ("path", "checkpoint"),
    [
        ("/billing/", "billing_change"),
        ("/export/", "data_export"),
        ("/mixin/", "billing_change"),
        ("/mixin/stricter/", "role_grant"),
        ("/mixin/async/", "billing_change"),
        ("/roles/kim/", "role_grant"),
    ],
)
def test_a_declared_checkpoint_is_found_at_its_url(path: str, checkpoint: str) -> None:
    marker = marker_at(path)
    assert marker is not None
    assert marker.checkpoint == checkpoint


@pytest.mark.parametrize("path", ["/open/", "/keys/", "/mapped/", "/lost/", "/on-get/"])
def test_a_view_without_a_mark_on_its_callback_has_none(path: str) -> None:
    assert marker_at(path) is None


def test_an_overridden_checkpoint_keeps_the_target_of_its_class() -> None:
    assert marker_at("/mixin/stricter/") == Marker(checkpoint="role_grant", target="the plan")


def test_what_is_given_to_as_view_comes_before_the_class() -> None:
    marker = marker_at("/chats/given/")
    assert marker is not None
    assert (marker.checkpoint, marker.target) == ("billing_change", "the plan")
    assert marker.send_options == send_options_of(["whatsapp", "sms"], 20)


@pytest.mark.parametrize("path", ["/chats/", "/chats/mixin/"])
def test_a_declared_way_of_sending_is_found_at_its_url(path: str) -> None:
    marker = marker_at(path)
    assert marker is not None
    assert marker.send_options == send_options_of(["whatsapp", "sms"], 20)


def test_a_wrong_way_of_sending_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ImproperlyConfigured, match=r'^otpguard: preferred_methods: "smoke"'):
        send_options_of(["smoke"], None)
    assert send_options_of(None, None) is USUAL


def test_a_view_that_authenticates_by_itself_is_never_guarded_early() -> None:
    name = resolve("/api/keys/", urlconf=GUARDED).view_name
    with override_settings(OTPGUARD={"URL_CHECKPOINTS": {name: "api_key"}}):
        assert marker_at("/api/keys/") is None


def test_the_settings_do_not_pretend_to_guard_a_view_that_authenticates_by_itself() -> None:
    name = resolve("/api/members/promote/", urlconf=GUARDED).view_name
    with (
        override_settings(OTPGUARD={"URL_CHECKPOINTS": {name: "api_key"}}),
        pytest.raises(ImproperlyConfigured, match="add RequiresCheckpoint"),
    ):
        marker_at("/api/members/promote/")


@pytest.mark.parametrize("key", ["mapped", "admin:*", "admin:index"])
def test_the_settings_guard_views_by_their_names(key: str) -> None:
    path = "/mapped/" if key == "mapped" else "/admin/"
    assert marker_at(path) is None
    with override_settings(OTPGUARD={"URL_CHECKPOINTS": {key: "account_closure"}}):
        assert marker_at(path) == Marker(checkpoint="account_closure")
        assert marker_at("/open/") is None


def test_a_name_is_more_specific_than_its_namespace() -> None:
    raw = {"admin:*": "audit_log_view", "admin:index": "account_closure"}
    with override_settings(OTPGUARD={"URL_CHECKPOINTS": raw}):
        assert marker_at("/admin/") == Marker(checkpoint="account_closure")
        assert marker_at("/admin/auth/") == Marker(checkpoint="audit_log_view")


def test_a_views_own_mark_comes_before_the_settings() -> None:
    name = resolve("/billing/", urlconf=GUARDED).view_name
    with override_settings(OTPGUARD={"URL_CHECKPOINTS": {name: "account_closure"}}):
        marker = marker_at("/billing/")
    assert marker is not None
    assert marker.checkpoint == "billing_change"


def test_a_view_without_a_name_or_a_class_without_a_mark_is_not_guarded() -> None:
    with override_settings(OTPGUARD={"URL_CHECKPOINTS": {"mapped": "api_key"}}):
        assert marker_of(lambda request: None, None) is None
        assert marker_of(View.as_view(), "") is None


def test_a_target_is_text_or_made_from_the_request_and_the_url() -> None:
    def target(request: HttpRequest, **kwargs: Any) -> str:
        return f"{request.method} {kwargs['name']}"

    request = RequestFactory().post("/")
    fixed = Marker(checkpoint="api_key", target="a key")
    made = Marker(checkpoint="api_key", target=target)
    assert fixed.target_of(request, {"name": "kim"}) == "a key"
    assert made.target_of(request, {"name": "kim"}) == "POST kim"
