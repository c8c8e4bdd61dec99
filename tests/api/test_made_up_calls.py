"""Calls that Schemathesis makes up from the description of the API: no answer is an error of the
server, none is other than described, and none shows or changes what is another tenant's.

Asked for by `pytest -m slow`. `OTPGUARD_SCHEMATHESIS_SECONDS` says how long all of it takes, shared
evenly by the operations; `OTPGUARD_SCHEMATHESIS_SEED` repeats a run.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory, TestCase
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as described

from tests.api.described import FILE
from tests.api.worlds import World, logged_in, world_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SECONDS = float(os.environ.get("OTPGUARD_SCHEMATHESIS_SECONDS", "120"))
SEED = int(os.environ.get("OTPGUARD_SCHEMATHESIS_SEED", "0")) or secrets.randbits(32)
ROUND = 20
"""How many calls are made up from one seed."""
DOCUMENT = json.loads(FILE.read_text("utf-8"))
OPERATIONS = [
    (path, method, each["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, each in methods.items()
]
CHECKS = [
    checks.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_headers_conformance,
    described.response_schema_conformance,
]
OUTSIDE = {401, 403}
PLAUSIBLE = {
    "to": "+12015550199",
    "code": "123456",
    "checkpoint": "api_key",
    "level": "AAL2",
    "role": "admin",
    "reason": "It was asked for.",
    "opens": ["api_key"],
    "wishes": {"ttl": 60},
    "version": 0,
    "ttl": 60,
    "format": "csv",
    "url": "https://logs.example/in",
    "domain": "another.example",
    "limit": "2",
    "from": "0",
}
"""By name, what goes further than anything that is made up."""


@dataclass(frozen=True)
class Callers:
    """Who calls: an administrator and a service of one tenant. `theirs` is the other tenant."""

    ours: World
    theirs: World
    admin: Client
    member: Client

    def sent_by(self, caller: str, headers: dict[str, str]) -> dict[str, Any]:
        """Headers and cookies of one call by `caller`."""
        sent = {"Accept": "application/json", **headers}
        if caller == "service":
            return {"headers": {**sent, "Authorization": f"Bearer {self.ours.secret}"}}
        if caller == "nobody":
            return {"headers": sent}
        client = self.admin if caller == "admin" else self.member
        token = client.cookies["csrftoken"].value
        cookies = {name: each.value for name, each in client.cookies.items()}
        return {"headers": {**sent, "X-CSRFToken": token}, "cookies": cookies}


def with_token(client: Client) -> Client:
    """The browser, with the token that Django asks back for every change."""
    request = RequestFactory().get("/")
    get_token(request)
    client.cookies["csrftoken"] = request.META["CSRF_COOKIE"]
    return client


@pytest.fixture
def callers(settings: Any) -> Callers:
    # Unbound and never too often, so that calls reach what is behind the guards.
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {"*": {"binds_intent": False}}}
    ours = world_of("amber-and-daughters")
    return Callers(
        ours=ours,
        theirs=world_of("quartz-and-sons"),
        admin=with_token(logged_in(ours.admin, ours.tenant)),
        member=with_token(logged_in(ours.user, ours.tenant)),
    )


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request would close the connection, and with it the transaction that all of them share."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside, the next call finds nothing of it; what waits for the commit ran."""
    block = transaction.atomic()
    block._from_testcase = True  # so that durable blocks may stand inside
    with block:
        with TestCase.captureOnCommitCallbacks(execute=True):
            yield
        transaction.set_rollback(True)


def values_of(world: World, names: list[str]) -> dict[str, str]:
    """The parts of a path that name a row of this tenant."""
    known = {
        "access_id": world.access.pk,
        "approval_id": world.approval.pk,
        "checkpoint": "api_key",
        "domain_id": world.domain.pk,
        "event_id": world.event.pk,
        "exception_id": world.exception.pk,
        "factor_id": world.factor.pk,
        "group_id": world.group.pk,
        "release_id": world.release.pk,
        "role": "admin",
        "stream_id": world.stream.pk,
        "token_id": world.token.pk,
        "user_id": world.user.pk,
        "verification_id": world.verification.pk,
    }
    return {name: str(known[name]) for name in names}


def made_plausible(data: st.DataObject, given: Any) -> Any:
    """What was made up, half of it with values that go further."""
    if not isinstance(given, dict):
        return given
    return {
        name: PLAUSIBLE[name] if name in PLAUSIBLE and data.draw(st.booleans()) else value
        for name, value in given.items()
    }


def call_and_check(data: st.DataObject, case: Any, callers: Callers) -> str:
    """One call; what it was and what came. Raises if the answer is none that may be."""
    by_key = {"OtpguardKey": []} in case.operation.definition.raw["security"]
    usual = "service" if by_key else "admin"
    caller = data.draw(st.sampled_from([usual] * 9 + ["admin", "service", "member", "nobody"]))
    whose = data.draw(st.sampled_from(["ours", "ours", "theirs", "made up"]))
    if case.path_parameters and whose != "made up":
        case.path_parameters = values_of(getattr(callers, whose), list(case.path_parameters))
    case.body, case.query = made_plausible(data, case.body), made_plausible(data, case.query)
    optional = st.fixed_dictionaries({}, optional={"If-Match": st.sampled_from(["*", '"0"', "x"])})
    sent = callers.sent_by(caller, data.draw(optional))
    before = callers.theirs.state()
    with undone():
        answer = case.call(**sent)
        case.validate_response(answer, checks=CHECKS, headers=sent["headers"])
        assert callers.theirs.state() == before, "a call changed what is another tenant's"
    told = answer.text + str(answer.headers)
    assert [each for each in callers.theirs.ids() if each in told] == []
    if caller != usual:
        # A body that cannot be read at all is refused before anybody's right is looked at.
        unread = answer.status_code == 400 and '"code": "parse_error"' in answer.text
        assert unread or answer.status_code in OUTSIDE | {404}, (caller, answer.text)
    if whose == "theirs" and case.path_parameters.keys() - {"checkpoint", "role"}:
        assert answer.status_code in OUTSIDE | {400, 404}, answer.status_code
    return f"{caller} {answer.status_code}"


@pytest.mark.parametrize(("path", "method", "name"), OPERATIONS, ids=[row[2] for row in OPERATIONS])
def test_no_answer_is_other_than_described(
    callers: Callers, path: str, method: str, name: str
) -> None:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = get_wsgi_application()
    operation = schema[path][method]
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    seen: Counter[str] = Counter()

    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def one_round(data: st.DataObject) -> None:
        case = data.draw(st.one_of(right, right, wrong))
        seen[call_and_check(data, case, callers)] += 1

    over = time.monotonic() + SECONDS / len(OPERATIONS)
    number = SEED
    while number == SEED or time.monotonic() < over:
        print(f"{name}: OTPGUARD_SCHEMATHESIS_SEED={number}")
        seed(number)(one_round)()
        number += 1
    print(name, dict(seen))
