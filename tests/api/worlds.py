"""A tenant with a row of everything, and the row of it that each door of the API is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.utils import timezone

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
    """One tenant with a row of everything; `mark` stands in its names and in no other's."""

    mark: str
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
        return {self.mark, str(self.tenant.pk), *(str(row.pk) for row in rows)}


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


def world_of(mark: str) -> World:
    """A tenant of this name, in which everything is called so that can be."""
    tenant = factories.tenant(mark, name=mark)
    admin = factories.member(tenant, roles=["admin"]).user
    user = factories.member(tenant).user
    key, secret = key_of(tenant)
    later = timezone.now() + timedelta(days=9)
    asked = start_verification(facts=factories.facts(None, tenant), key=key, wanted=wanted())
    PolicyWish.objects.create(tenant=tenant, checkpoint="api_key", version=1, wishes={"ttl": 300})
    return World(
        mark=mark,
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
        token=ScimToken.objects.create(
            tenant=tenant, name=mark, digest=sha256(mark.encode()).hexdigest(), expires_at=later
        ),
        group=ScimGroup.objects.create(tenant=tenant, name=mark, folded=mark),
        access=_access(tenant, admin, later),
        domain=VerifiedDomain.objects.create(tenant=tenant, domain=f"{mark}.example", token="t"),
    )


def logged_in(user: AbstractUser, tenant: Tenant) -> Client:
    client = factories.login(Client(), user, tenant)
    pass_step_up(client)
    return client


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
    "api-stream-secret": _stream,
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
