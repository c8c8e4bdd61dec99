"""API views are guarded by permission, where it is known who asks (C5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from django.urls import resolve
from rest_framework.authentication import TokenAuthentication
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from otpguard.api.permissions import RequiresCheckpoint
from otpguard.http.guard_state import STATE, RequestRefused
from otpguard.models import Challenge, Event
from otpguard.testing import pass_step_up
from tests import factories, guarded
from tests.host import Host
from tests.stepup import begin, step_up

API = {"Accept": "application/json"}


def test_without_proof_the_api_answers_a_problem_and_runs_nothing(host: Host) -> None:
    refused = host.client.post("/api/keys/", {"name": "ci"}, headers=API)
    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"
    assert "insufficient_user_authentication" in refused["WWW-Authenticate"]
    assert guarded.ran == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"preferred_methods": ["smoke"]}, "smoke"), ({"fallback_timeout": 1}, "from 2 to 120")],
)
def test_a_wrong_way_of_sending_is_an_error_when_the_view_is_imported(
    asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        RequiresCheckpoint("api_key", **asked)


def test_the_url_of_the_problem_carries_how_the_codes_are_sent(host: Host) -> None:
    refused = host.client.get("/chats/api/", headers=API)
    challenge = begin(host.client, refused)
    assert [step["channel"] for step in challenge.plan] == ["whatsapp", "sms"]


def test_after_the_step_up_the_same_call_passes(host: Host) -> None:
    body = json.dumps({"name": "ci"})
    refused = host.client.post("/api/keys/", body, "application/json", headers=API)
    done = step_up(host.client, refused)
    assert done.status_code == 200
    created = host.client.post("/api/keys/", body, "application/json", headers=API)
    assert (created.status_code, created.json()) == (201, {"created": "ci"})


def test_a_bound_proof_covers_exactly_this_body(host: Host) -> None:
    bob, eve = json.dumps({"name": "bob"}), json.dumps({"name": "eve"})
    step_up(host.client, host.client.post("/api/rows/", bob, "application/json", headers=API))
    other = host.client.post("/api/rows/", eve, "application/json", headers=API)
    assert (other.status_code, other.json()["reason"]) == (401, "other_intent")
    assert host.client.post("/api/rows/", bob, "application/json").status_code == 200
    assert host.client.post("/api/rows/", bob, "application/json", headers=API).status_code == 401
    assert guarded.ran == ["api role bob"]


def test_a_malformed_body_is_a_400_not_a_500(host: Host) -> None:
    answer = host.client.post("/api/rows/", "{", "application/json", headers=API)
    assert answer.status_code == 400


def test_asking_for_options_is_no_request(host: Host) -> None:
    """A15: the framework's own "what if" leaves no refusals in the log."""
    answer = host.client.options("/api/keys/", headers=API)
    refusals = Event.objects.filter(kind="checkpoint.required").count()
    assert refusals == (0 if answer.status_code == 200 else 1)


def test_a_bearer_token_is_never_proof_of_presence(host: Host, settings: object) -> None:
    class ByHeader(TokenAuthentication):
        def authenticate_credentials(self, key: str) -> tuple[object, str]:
            return host.user, key

    pass_step_up(host.client)
    view = guarded.Keys
    before = view.authentication_classes
    view.authentication_classes = [ByHeader, *before]
    try:
        by_cookie = host.client.get("/api/keys/", headers=API)
        by_token = host.client.get(
            "/api/keys/", headers={**API, "Authorization": "Token stolen-or-not"}
        )
        without_session = Client().get(
            "/api/keys/", headers={**API, "Authorization": "Token stolen-or-not"}
        )
    finally:
        view.authentication_classes = before
    assert by_cookie.status_code == 200
    assert by_token.status_code == 401
    assert without_session.status_code in {401, 403}
    assert guarded.ran == ["api get"]


def test_somebody_else_of_the_tenant_must_prove_it_themselves(host: Host) -> None:
    pass_step_up(host.client)
    colleague = factories.member(host.tenant).user
    factories.phone_factor(colleague)
    other = factories.login(Client(), colleague, host.tenant)
    assert other.get("/api/keys/", headers=API).status_code == 401


def test_an_unknown_checkpoint_is_an_error_when_the_view_is_imported() -> None:
    with pytest.raises(ImproperlyConfigured, match="data_export"):
        RequiresCheckpoint("data_exprot")


def test_a_method_that_the_host_overrides_is_guarded_all_the_same(host: Host) -> None:
    """A15: only the framework's own "what if" is no request."""
    request = Request(RequestFactory().post("/api/keys/"), parsers=[MultiPartParser()])
    request.method = "DELETE"
    request._request.__dict__[STATE] = None
    request._request.session = host.client.session
    request._request.resolver_match = resolve("/api/keys/")
    request.user = host.user
    view = APIView()
    view.kwargs = {}
    permission = RequiresCheckpoint("api_key")
    with pytest.raises(RequestRefused):
        permission().has_permission(request, view)
    assert permission().has_permission(request, view), "what follows on the same view is a what if"


def test_a_call_from_another_site_orders_no_code(host: Host) -> None:
    """A21: the guard never sends; a refusal costs the victim nothing."""
    strict = Client(enforce_csrf_checks=True, headers={**API, "Origin": "https://evil.example"})
    strict.cookies = host.client.cookies
    for path in ("/api/keys/", "/billing/", "/keys/"):
        assert strict.post(path, {"name": "ci"}).status_code in {401, 403}
    assert not Challenge.objects.exists()
    assert guarded.ran == []
