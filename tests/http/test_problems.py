"""Refusals for machines."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import JsonResponse
from django.test import RequestFactory
from django.utils import timezone

from otpguard.core import shipped_kinds
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.decision import Deny, Reason, Refusal, RequireChallenge, RequireEnrollment, Wait
from otpguard.http.problems import problem, refusal_problem, status_phrase, wants_problem

URL = "https://app.example/security/step-up/token/"
SUBJECT = {"action": "Create a key", "target": "key 'ci'", "tenant_name": "Acme"}
TWENTY = timedelta(minutes=20)


def refused(decision: Refusal) -> tuple[JsonResponse, dict[str, Any]]:
    response = refusal_problem(decision, checkpoint="api_key", url=URL, subject=SUBJECT)
    return response, json.loads(response.content)


def test_a_problem_is_of_its_type_and_never_cached() -> None:
    response = problem(418, "teapot", "Teapot", "short and stout", handle="here")
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "private, no-store"
    assert json.loads(response.content) == {
        "type": "urn:otpguard:problem:teapot",
        "title": "Teapot",
        "status": 418,
        "detail": "short and stout",
        "code": "teapot",
        "handle": "here",
    }


def test_a_missing_proof_says_which_level_and_age_would_do_and_where() -> None:
    response, body = refused(
        RequireChallenge(level=AssuranceLevel.AAL2, reason=Reason.NO_PROOF, ttl=TWENTY)
    )
    assert (response.status_code, body["status"], body["code"]) == (401, 401, "step_up_required")
    assert (body["acr"], body["max_age"], body["challenge_url"]) == ("AAL2", 1200, URL)
    assert (body["checkpoint"], body["reason"]) == ("api_key", "no_proof")
    assert {name: body[name] for name in SUBJECT} == SUBJECT
    challenge = response["WWW-Authenticate"]
    assert challenge.startswith('Bearer error="insufficient_user_authentication"')
    assert 'acr_values="AAL2", max_age=1200' in challenge


def test_a_missing_factor_says_where_to_enroll() -> None:
    response, body = refused(
        RequireEnrollment(
            level=AssuranceLevel.AAL3,
            reason=Reason.NO_FACTOR,
            ttl=TWENTY,
            kinds=frozenset({shipped_kinds.PASSKEY}),
        )
    )
    assert (response.status_code, body["code"]) == (401, "enrollment_required")
    assert body["enroll_url"] == URL
    assert "challenge_url" not in body
    assert "WWW-Authenticate" in response


def test_a_hold_says_until_when_to_wait() -> None:
    until = timezone.now() + timedelta(minutes=5)
    response, body = refused(Wait(until=until, reason=Reason.HELD))
    assert (response.status_code, body["code"]) == (403, "checkpoint_held")
    assert body["until"] == until.isoformat()
    assert 295 <= int(response["Retry-After"]) <= 300
    late, _ = refused(Wait(until=timezone.now() - timedelta(minutes=5), reason=Reason.HELD))
    assert late["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.NOT_A_MEMBER, 403),
        (Reason.TENANT_INACTIVE, 403),
        (Reason.NO_TENANT, 403),
        (Reason.NOT_LOGGED_IN, 401),
        (Reason.ALREADY_CONTINUED, 409),
        (Reason.BODY_TOO_LARGE, 413),
        (Reason.STORE_UNAVAILABLE, 503),
    ],
)
def test_a_denial_has_the_status_of_its_reason(reason: Reason, status: int) -> None:
    response, body = refused(Deny(reason=reason))
    assert (response.status_code, body["status"], body["code"]) == (status, status, str(reason))
    assert body["detail"]
    assert ("Retry-After" in response) is (status == 503)
    assert ("WWW-Authenticate" in response) is (status == 401)
    assert URL not in response.content.decode()


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("headers", "machine"),
    [
        (BROWSER, False),
        ({**BROWSER, "Sec-Fetch-Mode": "navigate"}, False),
        ({"Accept": "*/*", "Sec-Fetch-Mode": "navigate"}, False),
        ({**BROWSER, "Sec-Fetch-Mode": "cors"}, True),
        ({**BROWSER, "Sec-Fetch-Mode": "same-origin"}, True),
        ({**BROWSER, "HX-Request": "true"}, True),
        ({**BROWSER, "X-Requested-With": "XMLHttpRequest"}, True),
        ({"Accept": "application/json"}, True),
        ({"Accept": "*/*"}, True),
        ({}, True),
    ],
)
def test_who_cannot_follow_a_page_gets_a_document(headers: dict[str, str], machine: bool) -> None:
    assert wants_problem(RequestFactory().post("/", headers=headers)) is machine


def test_who_sends_json_gets_a_document() -> None:
    factory = RequestFactory()
    assert wants_problem(factory.post("/", {}, "application/json", headers=BROWSER))
    assert not wants_problem(factory.post("/", {}, headers=BROWSER))


@pytest.mark.parametrize(
    ("status", "phrase"),
    [(404, "Not Found"), (413, "Content Too Large"), (422, "Unprocessable Content")],
)
def test_a_status_has_the_words_of_rfc_9110(status: int, phrase: str) -> None:
    assert status_phrase(status) == phrase


def test_a_number_that_is_no_status_has_no_words() -> None:
    with pytest.raises(ValueError, match="999"):
        status_phrase(999)
