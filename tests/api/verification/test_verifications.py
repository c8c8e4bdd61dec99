"""Services call by a key: start, check, cancel, look."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.flows.key.own_key import delete_key
from otpguard.models import Challenge, KeyRecord, Tenant, Verification
from tests import factories
from tests.flows.setting import sent_code
from tests.flows.verification.asking import NUMBER, key_of

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/security/api/verifications/"


class Service:
    """A program with a key."""

    def __init__(self, scope: str = "verifications", **known: Any) -> None:
        self.tenant = factories.tenant()
        self.key, self.secret = key_of(self.tenant, scope, **known)

    def post(self, path: str = "", body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        return Client().post(URL + path, json.dumps(body or {}), "application/json", headers=sent)

    def get(self, path: str) -> Any:
        return Client().get(URL + path, headers={"Authorization": f"Bearer {self.secret}"})

    def start(self, **headers: str) -> Any:
        return self.post("", {"to": NUMBER, "action": "payout"}, **headers)


@pytest.fixture
def service() -> Service:
    return Service()


def code_for(identity: str) -> str:
    return sent_code(Challenge.objects.get(verification__pk=identity))


def test_a_number_is_proven(service: Service) -> None:
    started = service.start()
    assert started.status_code == 201
    document = started.json()
    assert (document["state"], document["channel"], document["action"]) == (
        "open",
        "sms",
        "payout",
    )
    assert document["audit_event"] == str(Verification.objects.get().event)
    path = f"{document['id']}/"
    wrong = service.post(f"{path}check/", {"code": "000000"}).json()
    assert (wrong["verified"], wrong["reason"], wrong["attempts_left"]) == (False, "wrong", 4)
    right = service.post(f"{path}check/", {"code": code_for(document["id"])}).json()
    assert (right["verified"], right["reason"], right["state"]) == (True, None, "verified")
    assert service.get(path).json()["state"] == "verified"


def test_the_answer_never_has_the_code_or_the_number(service: Service) -> None:
    started = service.start()
    code = code_for(started.json()["id"])
    assert code.encode() not in started.content
    assert NUMBER.encode() not in started.content


def test_a_verification_is_given_up(service: Service) -> None:
    path = f"{service.start().json()['id']}/cancel/"
    assert service.post(path).json()["state"] == "canceled"
    assert service.post(path).json()["state"] == "canceled"


def test_an_old_one_has_expired(service: Service) -> None:
    identity = service.start().json()["id"]
    Challenge.objects.update(expires_at=timezone.now())
    assert service.get(f"{identity}/").json()["state"] == "expired"


def test_a_request_sent_twice_is_answered_once(service: Service) -> None:
    first, again = (service.start(**{"Idempotency-Key": "r1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = service.post("", {"to": "+12015550124"}, **{"Idempotency-Key": "r1"})
    assert (other.status_code, other.json()["code"]) == (422, "request_differs")


def test_a_request_in_work_is_a_409(service: Service) -> None:
    Verification.objects.create(
        tenant=service.tenant, key=service.key, request_key="r1", browser="x"
    )
    answer = service.start(**{"Idempotency-Key": "r1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "request_in_work")
    assert answer["Retry-After"]


def test_a_refused_start_says_when_to_try_again(service: Service) -> None:
    answers = [service.start() for _ in range(6)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "start_refused"


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "to"), ({"to": NUMBER, "template": "mine"}, "template"), ({"to": "x" * 9999}, "to")],
)
def test_what_cannot_be_is_a_400_at_its_field(
    service: Service, body: dict[str, Any], field: str
) -> None:
    answer = service.post("", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_a_key_of_another_tenant_finds_nothing(service: Service) -> None:
    identity = service.start().json()["id"]
    other = Service()
    for path in (f"{identity}/check/", f"{identity}/cancel/"):
        assert other.post(path, {"code": "123456"}).status_code == 404
    assert other.get(f"{identity}/").status_code == 404
    assert other.get(f"{uuid4()}/").status_code == 404
    assert Challenge.objects.get().attempts == 0


def test_a_key_may_not_by_a_word_like_it() -> None:
    assert Service("my-verifications").start().status_code == 403


@pytest.mark.parametrize("scope", ["", "read", "verification"])
def test_a_key_without_the_word_in_its_scope_may_not(scope: str) -> None:
    answer = Service(scope).start()
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert not Challenge.objects.exists()


def test_the_word_may_stand_among_others() -> None:
    assert Service("read verifications").start().status_code == 201


@pytest.mark.parametrize("lost", ["deleted", "expired", "suspended", "none"])
def test_a_key_that_opens_nothing_is_a_401(service: Service, lost: str) -> None:
    if lost == "deleted":
        by = factories.facts(service.key.created_by, service.tenant)
        delete_key(facts=by, key=service.key)
    elif lost == "expired":
        KeyRecord.objects.update(expires_at=timezone.now())
    elif lost == "suspended":
        Tenant.objects.update(status="suspended")
    else:
        service.secret = ""
    answer = service.start()
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert not Challenge.objects.exists()


def test_a_persons_session_calls_nothing_here() -> None:
    tenant = factories.tenant()
    admin = factories.member(tenant, roles=["admin"]).user
    client = factories.login(Client(), admin, tenant)
    answer = client.post(URL, json.dumps({"to": NUMBER}), "application/json")
    assert answer.status_code == 401
