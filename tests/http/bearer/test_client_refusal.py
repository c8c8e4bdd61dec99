"""What an app is told that must have its person confirm, and to where a code may go."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.decision import Deny, Reason, Refusal, RequireChallenge, RequireEnrollment
from otpguard.exceptions import Ask
from otpguard.http.bearer.client_refusal import client_refusal
from otpguard.http.bearer.client_tokens import Ticket, decrypt_ticket
from tests import factories

FIRST, SECOND = "com.example.crm:/done", "https://crm.example.com/done"
ASK = Ask(checkpoint="api_key", tenant="t", user="1", sid="a secret sid", story="x", intent="i")
LEVEL = AssuranceLevel.AAL2
CHALLENGE = RequireChallenge(
    reason=Reason.NO_PROOF, level=LEVEL, ttl=timedelta(minutes=5), factors=("phone",)
)


@pytest.fixture(autouse=True)
def listed(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "CLIENT_RETURN_URLS": [FIRST, SECOND]}


def told(decision: Refusal = CHALLENGE, **headers: str) -> tuple[int, dict[str, Any]]:
    request = RequestFactory().post("/", headers=headers)
    facts = factories.facts(agent="App on a phone")
    subject = {"action": "make a key", "target": "k", "tenant_name": "Acme"}
    answer = client_refusal(request, decision, facts=facts, ask=ASK, subject=subject)
    return answer.status_code, json.loads(answer.content)


def ticket_of(said: dict[str, Any]) -> Ticket:
    token = resolve(urlsplit(said["browser_url"]).path).kwargs["token"]
    ticket = decrypt_ticket(token)
    assert ticket is not None
    return ticket


def test_it_names_the_page_and_the_call() -> None:
    status, said = told()
    assert (status, said["code"], said["target"]) == (401, "step_up_required", "k")
    assert said["browser_url"].startswith("http://testserver/")
    ticket = ticket_of(said)
    assert (ticket.ask, ticket.client, ticket.id) == (ASK, "App on a phone", said["call_id"])
    assert "a secret sid" not in json.dumps(said)
    assert told()[1]["call_id"] != said["call_id"]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("", FIRST),
        (FIRST, FIRST),
        (SECOND, SECOND),
        (f"{SECOND}/../elsewhere", FIRST),
        (f"{SECOND}?next=//evil.example", FIRST),
        ("HTTPS://CRM.EXAMPLE.COM/done", FIRST),
        ("https://crm.example.com.evil.example/done", FIRST),
        ("https://crm.example.com@evil.example/done", FIRST),
        ("javascript:alert(1)", FIRST),
    ],
)
def test_a_code_goes_to_a_listed_address_alone(named: str, expected: str) -> None:
    _status, said = told(**{"Otpguard-Return": named})
    assert ticket_of(said).return_url == expected


def test_who_has_no_factor_sets_one_up_in_the_browser() -> None:
    need = RequireEnrollment(
        reason=Reason.NO_FACTOR, level=LEVEL, ttl=timedelta(minutes=5), kinds=frozenset()
    )
    status, said = told(need)
    assert (status, said["code"]) == (401, "enrollment_required")
    assert urlsplit(said["browser_url"]).path == reverse("otpguard:security")
    assert "call_id" not in said


def test_while_the_store_is_down_there_is_no_page_to_confirm_on() -> None:
    status, said = told(Deny(reason=Reason.STORE_UNAVAILABLE))
    assert (status, said["code"]) == (503, "store_unavailable")
    assert not {"browser_url", "call_id"} & set(said)
