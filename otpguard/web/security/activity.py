"""Recent activity: the newest events about a person, in words, from all their tenants.

Read by the log's index, one tenant of the person at a time. Events about the sending of messages
are left out, because they would hide the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from uuid import UUID

from otpguard.audit.private import decrypt_private
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.events.challenge import ChallengeFellBack, ChallengeSent
from otpguard.core.events.notice import NoticeFailed, NoticeSent
from otpguard.core.events.session import GrantIssued
from otpguard.core.facts import RequestFacts
from otpguard.core.uuid7 import time_of
from otpguard.labels import Text, checkpoint_label, event_label
from otpguard.models import Event, Membership
from otpguard.vault import UndecryptableError

SHOWN = 20
TENANTS = 10
"""How many tenants are searched for events, the selected one first."""

_MECHANICS = tuple(
    kind.code for kind in (ChallengeSent, ChallengeFellBack, GrantIssued, NoticeSent, NoticeFailed)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLine:
    """One event. `by_other` says that somebody else did it: who is logged in, then without their
    device and IP address, which are theirs."""

    what: Text
    about: Text
    at: datetime
    device: str
    client_ip: str
    by_other: bool


def activity_lines(facts: RequestFacts) -> list[ActivityLine]:
    """The newest events whose subject is the person, the newest first."""
    of = Event.objects.filter(subject_ref=facts.user).exclude(kind__in=_MECHANICS)
    rows: list[Event] = []
    for tenant in _tenants(facts):
        rows += of.filter(tenant_id=tenant).order_by("-id")[:SHOWN]
    return [_line(row, facts) for row in nlargest(SHOWN, rows, key=lambda row: row.pk)]


def _tenants(facts: RequestFacts) -> list[UUID | None]:
    """None for what belongs to no tenant, the selected one, the person's others."""
    selected = UUID(facts.tenant) if facts.tenant else None
    others = Membership.objects.filter(user_id=facts.user, active=True).exclude(tenant=selected)
    known = list(others.order_by("tenant_id").values_list("tenant_id", flat=True)[:TENANTS])
    return [None, *([selected] if selected else []), *known]


def _line(row: Event, facts: RequestFacts) -> ActivityLine:
    try:
        personal = decrypt_private(row)
    except (UndecryptableError, ValueError, KeyError, TypeError):
        personal = {}
    # Nobody was logged in where an actor is missing: a guess at a password, say. That is shown.
    of_another = row.actor_ref not in {"", facts.user}
    return ActivityLine(
        what=event_label(row.kind),
        about=_about(row.checkpoint),
        at=time_of(row.pk),
        device="" if of_another else personal.get("agent", ""),
        client_ip="" if of_another else personal.get("client_ip", ""),
        by_other=row.actor_ref != facts.user,
    )


def _about(slug: str) -> Text:
    return checkpoint_label(checkpoint_named(slug)) if slug in settings().checkpoints else ""
