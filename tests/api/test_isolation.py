"""Every door of the API against everybody who must stay outside, written from its URLs: a new door
without a row here fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.api.urls import VIEWS
from otpguard.flows.key.own_key import delete_key
from otpguard.models import (
    Tenant,
)
from tests import factories
from tests.api.worlds import ROWS, World, logged_in, world_of
from tests.flows.verification.asking import key_of

pytestmark = pytest.mark.django_db
API = {"Accept": "application/json"}
MARK = "quartz-and-sons"
"""Stands in names of the tenant that all others must not see."""


@pytest.fixture
def world(settings: Any) -> World:
    # Unbound, so that every door lets pass whom only the isolation keeps out.
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {"*": {"binds_intent": False}}}
    return world_of(MARK)


BODIES: dict[str, Any] = {
    "api-policy": {"ttl": 60},
    "api-policy-trial": {"wishes": {"ttl": 60}, "people": True},
    "api-policy-rollback": {"version": 0},
    "api-enrollment": {"level": "AAL2", "grace_days": 1},
    "api-enrollment-role": {"level": "AAL2", "grace_days": 1},
    "api-member-reset": {"reason": "lost"},
    "api-member-unblock": {"reason": "found"},
    "api-exception-end": {"reason": "over"},
    "api-log-exports": {"format": "csv"},
    "api-envelope": {"opens": ["api_key"]},
    "api-verification-check": {"code": "123456"},
}
OF_KEYS = {
    "api-verifications",
    "api-verification",
    "api-verification-check",
    "api-verification-cancel",
}
"""Doors of services, which call by a key."""
COME_IN = {"step_up_required", "enrollment_required", "invalid_input", "not_found"}
"""What people are told who may act here: what to do first, or what is wrong with what they sent."""
NO_PASS = {"api-exception-end", "api-log-exports"}
"""Only operators of the site pass the first; the tests' project has no storage for the second."""
METHODS = ("get", "put", "patch", "post", "delete")


def call(client: Client, world: World, name: str, method: str, **headers: str) -> Any:
    url = reverse(f"otpguard:{name}", kwargs=ROWS[name](world))
    sent = {**API, "If-Match": "*", **headers}
    if method == "get":
        return client.get(url, headers=sent)
    body = json.dumps(BODIES.get(name, {}))
    return getattr(client, method)(url, body, "application/json", headers=sent)


def test_every_door_has_a_row() -> None:
    assert {each.name for each in VIEWS} == set(ROWS)


def answers(client: Client, world: World, name: str, **headers: str) -> Iterator[tuple[str, Any]]:
    """What one door answers to each method. Raises AssertionError if a row was changed."""
    before = world.state()
    for method in METHODS:
        yield f"{method} {name}", call(client, world, name, method, **headers)
    assert world.state() == before, name


def test_an_admin_of_another_tenant_sees_and_changes_nothing(world: World) -> None:
    mine = factories.tenant()
    stranger = logged_in(factories.member(mine, roles=["admin"]).user, mine)
    for name, row in ROWS.items():
        names_a_row = bool(row(world).keys() - {"checkpoint", "role"})
        for door, answer in answers(stranger, world, name):
            assert answer.status_code < 500, door
            told = answer.content.decode() + str(answer.headers)
            assert [each for each in world.ids() if each in told] == [], door
            if names_a_row:
                assert answer.status_code in {401, 403, 404, 405}, (door, answer.status_code)


def test_a_member_sees_and_changes_nothing(world: World) -> None:
    member = logged_in(world.user, world.tenant)
    for name in ROWS:
        for door, answer in answers(member, world, name):
            assert answer.status_code in {401, 403}, (door, answer.status_code)
            assert MARK not in answer.content.decode()


def test_who_is_not_logged_in_sees_and_changes_nothing(world: World) -> None:
    for name in ROWS:
        for door, answer in answers(Client(), world, name):
            assert answer.status_code in {401, 403}, (door, answer.status_code)
            assert MARK not in answer.content.decode()


def test_a_dead_key_opens_nothing(world: World) -> None:
    delete_key(facts=factories.facts(world.admin, world.tenant), key=world.key)
    for name in ROWS:
        sent = {"Authorization": f"Bearer {world.secret}"}
        for door, answer in answers(Client(), world, name, **sent):
            assert answer.status_code in {401, 403}, (door, answer.status_code)


def test_a_key_of_another_tenant_reaches_no_row(world: World) -> None:
    sent = {"Authorization": f"Bearer {key_of(factories.tenant())[1]}"}
    for name, row in ROWS.items():
        expected = {401, 403}
        if name in OF_KEYS:
            expected = {404, 405} if row(world) else {400, 405}
        for door, answer in answers(Client(), world, name, **sent):
            assert answer.status_code in expected, (door, answer.status_code)


def test_nothing_opens_in_a_suspended_tenant(world: World) -> None:
    client = logged_in(world.admin, world.tenant)
    Tenant.objects.filter(pk=world.tenant.pk).update(status="suspended")
    sent = {"Authorization": f"Bearer {world.secret}"}
    for name in ROWS:
        for door, answer in (
            *answers(client, world, name),
            *answers(Client(), world, name, **sent),
        ):
            assert answer.status_code in {401, 403}, (door, answer.status_code)


def test_a_key_of_the_tenant_itself_is_no_administrator(world: World) -> None:
    sent = {"Authorization": f"Bearer {world.secret}"}
    for name in ROWS.keys() - OF_KEYS:
        for door, answer in answers(Client(), world, name, **sent):
            assert answer.status_code in {401, 403}, (door, answer.status_code)


def is_let_in(answer: Any) -> bool:
    """An answer, or only a question to confirm."""
    return answer.status_code in {200, 202} or answer.json().get("code") in COME_IN


def test_who_may_comes_in_or_is_asked_to_confirm(world: World) -> None:
    """So that the refusals above are not for another reason."""
    client = logged_in(world.admin, world.tenant)
    shut = {}
    for name in sorted(ROWS.keys() - OF_KEYS - NO_PASS):
        told = [call(client, world, name, method) for method in METHODS]
        if not any(is_let_in(answer) for answer in told):
            shut[name] = [each.content.decode() for each in told if each.status_code != 405]
    assert shut == {}
    sent = {"Authorization": f"Bearer {world.secret}"}
    assert call(Client(), world, "api-verification", "get", **sent).status_code == 200
