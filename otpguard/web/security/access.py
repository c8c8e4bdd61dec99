"""What gives a person access: known devices, valid proofs, open logins, e-mail addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from otpguard.account import email_of, find_user
from otpguard.core.audience import STILL_TOLD
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import mask_email
from otpguard.core.policy_caps import TTL_CAP
from otpguard.factors import devices
from otpguard.flows.session.sign_out import open_sessions
from otpguard.labels import Text, method_label
from otpguard.models import Grant, KnownDevice, NoticeEmail
from otpguard.vault import UndecryptableError

LONGEST = max(TTL_CAP.values())
"""The longest time that a proof counts anywhere."""

SHOWN = 20
"""The most lines of each list; the newest ones."""

OPEN = 5
"""So many lines of a long list stand open, and the rest is folded: of twenty logins of the same
browser, most tell nothing new."""

Line = TypeVar("Line")


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
    """One login that is still open in a browser."""

    agent: str
    since: datetime
    this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailLine:
    """One e-mail address for notices, masked. `id` is empty for the account's own, which no page
    of ours changes; `told_until` is set for one that was removed a short while ago."""

    id: str
    email: str
    confirmed: bool
    told_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lines(Generic[Line]):
    """A list that a page shows. `more` says that there is more than it shows."""

    shown: list[Line]
    more: bool = False

    def __iter__(self) -> Iterator[Line]:
        return iter(self.shown)

    def __len__(self) -> int:
        return len(self.shown)

    @property
    def first_few(self) -> list[Line]:
        """The lines that stand open."""
        return self.shown[:OPEN]

    @property
    def folded(self) -> list[Line]:
        """The lines that are seen once somebody unfolds them."""
        return self.shown[OPEN:]


def device_lines(facts: RequestFacts) -> Lines[DeviceLine]:
    """The devices that are known, this one first."""
    this = devices.current(facts).values_list("pk", flat=True).first()
    live = KnownDevice.objects.live_of(facts.user, now=facts.now).order_by("-last_seen_at")
    rows = list(live[: SHOWN + 1])
    lines = [
        DeviceLine(
            id=str(row.pk),
            name=row.name,
            first=row.first_seen_at,
            last=row.last_seen_at,
            this=row.pk == this,
        )
        for row in rows[:SHOWN]
    ]
    return Lines(sorted(lines, key=lambda line: not line.this), more=len(rows) > SHOWN)


def grant_lines(facts: RequestFacts) -> Lines[GrantLine]:
    """The proofs that may still count somewhere, the newest first."""
    live = Grant.objects.filter(
        user_id=facts.user, revoked_at=None, verified_at__gt=facts.now - LONGEST
    ).select_related("tenant")
    rows = list(live.order_by("-verified_at")[: SHOWN + 1])
    lines = [
        GrantLine(
            id=str(row.pk),
            method=method_label(row.facts["method"]),
            at=row.verified_at,
            until=row.verified_at + LONGEST,
            tenant=row.tenant.name if row.tenant else "",
            here=row.sid == facts.sid,
            single=bool(row.intent),
        )
        for row in rows[:SHOWN]
    ]
    return Lines(lines, more=len(rows) > SHOWN)


def login_lines(facts: RequestFacts) -> Lines[LoginLine]:
    """The logins that are open, this one first."""
    rows = open_sessions(facts=facts)
    lines = [
        LoginLine(agent=row.agent, since=row.started_at, this=row.pk == facts.sid) for row in rows
    ]
    lines.sort(key=lambda line: not line.this)
    return Lines(lines[:SHOWN], more=len(rows) > SHOWN)


def email_lines(facts: RequestFacts) -> list[EmailLine]:
    """Where notices go: the account's e-mail address first, the removed ones last."""
    own = email_of(find_user(facts.user))
    lines = [EmailLine(id="", email=mask_email(own), confirmed=True)] if own else []
    rows = NoticeEmail.objects.filter(user_id=facts.user).order_by("created_at")
    lines += [_email(row) for row in rows.filter(removed_at=None)]
    lately = rows.filter(removed_at__gt=facts.now - STILL_TOLD, confirmed_at__isnull=False)
    return lines + [_email(row) for row in lately]


def masked(row: NoticeEmail) -> str:
    """A notice e-mail address as it may be shown."""
    try:
        return mask_email(row.email.reveal())
    except UndecryptableError:
        return "•••"


def _email(row: NoticeEmail) -> EmailLine:
    return EmailLine(
        id="" if row.removed_at else str(row.pk),
        email=masked(row),
        confirmed=row.confirmed_at is not None,
        told_until=row.removed_at + STILL_TOLD if row.removed_at else None,
    )
