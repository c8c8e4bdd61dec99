"""Every door of the API against everybody who must stay outside, written from its URLs: a new door
without a row here fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.api.urls import VIEWS
from otpguard.flows.key.own_key import delete_key
from otpguard.flows.verification.start import start_verification
from otpguard.models import (
    Approval,
    Challenge,
    EmergencyAccess,
    Envelope,
    Event,
    Factor,
    FactorBlock,
    KeyRecord,
    LogStream,
    Membership,
    PolicyException,
    PolicyWish,
    Release,
    ScimGroup,
    ScimToken,
    Tenant,
    Verification,
    VerifiedDomain,
)
from otpguard.testing import pass_step_up
from tests import factories
from tests.flows.siem.streaming import stream_of
from tests.flows.verification.asking import key_of, wanted

pytestmark = pytest.mark.django_db
API = {"Accept": "application/json"}
MARK = "quartz-and-sons"
"""Stands in names of the tenant that all others must not see."""
OWNED = (
    PolicyWish,
    PolicyException,
    Release,
    ScimGroup,
    ScimToken,
    Approval,
    Verification,
    FactorBlock,
    Membership,
    LogStream,
    Envelope,
    EmergencyAccess,
    VerifiedDomain,
)


@dataclass
class World:
    """One tenant with a row of everything, and somebody of another one."""

    tenant: Tenant
    admin: AbstractUser
    user: AbstractUser
    factor: Factor
    key: KeyRecord
    secret: str
    exception: PolicyException
    approval: Approval
    release: Release
    verification: Verification
    event: Event
    stream: LogStream
    token: ScimToken
    group: ScimGroup
    access: EmergencyAccess
    domain: VerifiedDomain

    def state(self) -> list[Any]:
        """All that nobody else may change."""
        rows = [repr(list(kind.objects.filter(tenant=self.tenant).values())) for kind in OWNED]
        factors = list(Factor.objects.filter(user=self.user).values_list("pk", "disabled_at"))
        challenges = Challenge.objects.filter(tenant=self.tenant)
        return [*rows, factors, list(challenges.values("pk", "state", "attempts"))]

    def ids(self) -> set[str]:
        """What would give it away."""
        rows = (
            *(self.exception, self.approval, self.release, self.verification, self.factor),
            *(self.stream, self.access, self.token, self.group, self.domain),
        )
        return {MARK, str(self.tenant.pk), *(str(row.pk) for row in rows)}


def _approval(tenant: Tenant, action: str, subject: AbstractUser, **more: Any) -> Approval:
    return Approval.objects.create(
        tenant=tenant, action=action, subject=subject, asked_by=factories.user(), **more
    )


def _access(tenant: Tenant, admin: AbstractUser, until: datetime) -> EmergencyAccess:
    now = timezone.now()
    return EmergencyAccess.objects.create(
        tenant=tenant,
        envelope=Envelope.objects.create(
            tenant=tenant, checkpoints=["api_key"], made_by=admin, created_at=now
        ),
        approval=_approval(tenant, "break_glass", admin, state="approved", expires_at=until),
        checkpoints=["api_key"],
        people=[],
        opened_at=now,
        until=until,
    )


@pytest.fixture
def world(settings: Any) -> World:
    # Unbound, so that every door lets pass whom only the isolation keeps out.
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {"*": {"binds_intent": False}}}
    tenant = factories.tenant(MARK, name=MARK)
    admin = factories.member(tenant, roles=["admin"]).user
    user = factories.member(tenant).user
    key, secret = key_of(tenant)
    later = timezone.now() + timedelta(days=9)
    asked = start_verification(facts=factories.facts(None, tenant), key=key, wanted=wanted())
    PolicyWish.objects.create(tenant=tenant, checkpoint="api_key", version=1, wishes={"ttl": 300})
    return World(
        tenant=tenant,
        admin=admin,
        user=user,
        factor=factories.phone_factor(user),
        key=key,
        secret=secret,
        exception=PolicyException.objects.create(
            tenant=tenant, checkpoint="api_key", field="ttl", value=1, expires_at=later
        ),
        approval=_approval(tenant, "factor_reset", user, expires_at=later, what={"factors": None}),
        release=Release.objects.create(
            tenant=tenant,
            user=user,
            job="people",
            format="csv",
            checkpoint="data_export",
            event=uuid4(),
            downloads_left=1,
            held_until=later,
        ),
        verification=asked.verification,
        event=Event.objects.filter(tenant_id=tenant.pk).latest("id"),
        stream=stream_of(tenant),
        token=ScimToken.objects.create(tenant=tenant, name=MARK, digest="d" * 64, expires_at=later),
        group=ScimGroup.objects.create(tenant=tenant, name=MARK, folded=MARK),
        access=_access(tenant, admin, later),
        domain=VerifiedDomain.objects.create(tenant=tenant, domain="quartz.example", token="t"),
    )


Values = Callable[[World], dict[str, Any]]


def _nothing(_world: World) -> dict[str, Any]:
    return {}


def _checkpoint(_world: World) -> dict[str, Any]:
    return {"checkpoint": "api_key"}


def _member(world: World) -> dict[str, Any]:
    return {"user_id": str(world.user.pk)}


def _stream(world: World) -> dict[str, Any]:
    return {"stream_id": world.stream.pk}


def _verification(world: World) -> dict[str, Any]:
    return {"verification_id": world.verification.pk}


ROWS: dict[str, Values] = {
    "api-policies": _nothing,
    "api-policy": _checkpoint,
    "api-policy-trial": _checkpoint,
    "api-policy-versions": _checkpoint,
    "api-policy-diff": _checkpoint,
    "api-policy-rollback": _checkpoint,
    "api-exceptions": _nothing,
    "api-exception-end": lambda world: {"exception_id": world.exception.pk},
    "api-coverage": _nothing,
    "api-costs": _nothing,
    "api-releases": _nothing,
    "api-release-cancel": lambda world: {"release_id": world.release.pk},
    "api-log-head": _nothing,
    "api-log-growth": _nothing,
    "api-event-proof": lambda world: {"event_id": world.event.pk},
    "api-log-exports": _nothing,
    "api-streams": _nothing,
    "api-stream": _stream,
    "api-stream-pause": _stream,
    "api-stream-resume": _stream,
    "api-stream-test": _stream,
    "api-stream-replay": _stream,
    "api-stream-refused": _stream,
    "api-directory-tokens": _nothing,
    "api-directory-token": lambda world: {"token_id": world.token.pk},
    "api-directory-groups": _nothing,
    "api-directory-group": lambda world: {"group_id": world.group.pk},
    "api-directory-removals": _nothing,
    "api-domains": _nothing,
    "api-domain": lambda world: {"domain_id": world.domain.pk},
    "api-domain-check": lambda world: {"domain_id": world.domain.pk},
    "api-emergency": _nothing,
    "api-envelope": _nothing,
    "api-emergency-code": _nothing,
    "api-emergency-end": lambda world: {"access_id": world.access.pk},
    "api-enrollment": _nothing,
    "api-enrollment-role": lambda _world: {"role": "admin"},
    "api-member-factors": _member,
    "api-member-reset": _member,
    "api-member-unblock": lambda world: {
        "user_id": str(world.user.pk),
        "factor_id": world.factor.pk,
    },
    "api-verifications": _nothing,
    "api-verification": _verification,
    "api-verification-check": _verification,
    "api-verification-cancel": _verification,
    "api-approvals": _nothing,
    "api-approve": lambda world: {"approval_id": world.approval.pk},
    "api-refuse": lambda world: {"approval_id": world.approval.pk},
}
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


def logged_in(user: AbstractUser, tenant: Tenant) -> Client:
    client = factories.login(Client(), user, tenant)
    pass_step_up(client)
    return client


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
