"""What stands open for somebody: known devices, proofs that still count, logins, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model

from otpguard.core.evidence import facts_from_json
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import mask_email
from otpguard.core.policy import TTL_CAP
from otpguard.factors import devices
from otpguard.flows.sign_out import open_sessions
from otpguard.labels import METHODS, Text
from otpguard.models import Grant, KnownDevice, NoticeAddress
from otpguard.notices.recipients import STILL_TOLD, account_address
from otpguard.vault import UndecryptableError

LONGEST = max(TTL_CAP.values())
"""No proof counts longer anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """One browser that has confirmed before."""

    id: str
    name: str
    first: datetime
    last: datetime
    this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLine:
    """One proof that still counts. `here` says that it was given in this login; `single` that it
    was for one action."""

    id: str
    method: Text
    at: datetime
    until: datetime
    tenant: str
    here: bool
    single: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLine:
    """One login that a browser still holds."""

    agent: str
    since: datetime
    this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLine:
    """One address for notices, masked. `id` is empty for the account's own, which no page of ours
    changes; `told_until` is set for one that was removed a short while ago."""

    id: str
    address: str
    confirmed: bool
    told_until: datetime | None = None


def device_lines(facts: RequestFacts) -> list[DeviceLine]:
    """The devices that are known, this one first."""
    this = devices.current(facts).values_list("pk", flat=True).first()
    rows = KnownDevice.objects.live_of(facts.user, now=facts.now).order_by("-last_seen_at")
    lines = [
        DeviceLine(
            id=str(row.pk),
            name=row.name,
            first=row.first_seen_at,
            last=row.last_seen_at,
            this=row.pk == this,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: not line.this)


def grant_lines(facts: RequestFacts) -> list[GrantLine]:
    """The proofs that may still count somewhere, the newest first."""
    rows = Grant.objects.filter(
        user_id=facts.user, revoked_at=None, verified_at__gt=facts.now - LONGEST
    ).select_related("tenant")
    return [
        GrantLine(
            id=str(row.pk),
            method=METHODS[facts_from_json(row.facts).method],
            at=row.verified_at,
            until=row.verified_at + LONGEST,
            tenant=row.tenant.name if row.tenant else "",
            here=row.sid == facts.sid,
            single=bool(row.intent),
        )
        for row in rows.order_by("-verified_at")
    ]


def login_lines(facts: RequestFacts) -> list[LoginLine]:
    """The logins that are open, this one first."""
    lines = [
        LoginLine(agent=row.agent, since=row.started_at, this=row.pk == facts.sid)
        for row in open_sessions(facts=facts)
    ]
    return sorted(lines, key=lambda line: not line.this)


def address_lines(facts: RequestFacts) -> list[AddressLine]:
    """Where notices go: the account's address first, the removed ones last."""
    user = get_user_model()._default_manager.get(pk=facts.user)  # noqa: SLF001 (documented)
    own = account_address(user)
    lines = [AddressLine(id="", address=mask_email(own), confirmed=True)] if own else []
    rows = NoticeAddress.objects.filter(user_id=facts.user).order_by("created_at")
    lines += [_address(row) for row in rows.filter(removed_at=None)]
    lately = rows.filter(removed_at__gt=facts.now - STILL_TOLD, confirmed_at__isnull=False)
    return lines + [_address(row) for row in lately]


def masked(row: NoticeAddress) -> str:
    """A notice address as it may be shown."""
    try:
        return mask_email(row.address.reveal())
    except UndecryptableError:
        return "•••"


def _address(row: NoticeAddress) -> AddressLine:
    return AddressLine(
        id="" if row.removed_at else str(row.pk),
        address=masked(row),
        confirmed=row.confirmed_at is not None,
        told_until=row.removed_at + STILL_TOLD if row.removed_at else None,
    )
