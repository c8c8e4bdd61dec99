"""Read what a stream has to send next: a window of the log behind the snapshot horizon.

A window is a bounded piece of the whole log, so that a stream whose tenant writes little never
reads far; its end is remembered also when nothing in it was for the stream.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from otpguard.audit.private import decrypt_private, users_behind
from otpguard.core.host_event import known_event
from otpguard.core.ocsf import OcsfContext, ocsf_line
from otpguard.core.siem.sent_event import MOST_EVENTS, SentEvent, plain_facts
from otpguard.core.siem.sinks import Sink
from otpguard.core.uuid7 import time_of
from otpguard.database import connection
from otpguard.flows.siem.verification_calls import events_of_calls, verification_calls
from otpguard.models import Event, LogStream, Tenant
from otpguard.siem.receivers import RELEASE
from otpguard.statements import fetch
from otpguard.vault import UndecryptableError

WIDTH = 5_000
"""The most events of all tenants in a window."""

UNKNOWN_SEVERITY = 3
_HIGHEST = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWindow:
    """The next rows of a stream, and the place up to which there are no others of it."""

    rows: Sequence[Event]
    xact: int
    event: UUID
    has_more: bool


def read_window(stream: LogStream, *, most: int = MOST_EVENTS) -> EventWindow:
    """At most `most` events behind the stream's cursor, in the order of transaction and id.

    Reads only, and needs no transaction: what is behind the horizon changes no more.
    """
    behind = _behind(_after(Event.objects.order_by("xact", "id"), stream.xact, stream.event))
    places = list(behind.values_list("xact", "id")[:WIDTH])
    if not places:
        return EventWindow(rows=(), xact=stream.xact, event=stream.event, has_more=False)
    xact, event = places[-1]
    inside = behind.filter(Q(xact__lt=xact) | Q(xact=xact, id__lte=event), xact__lte=xact)
    rows = list(_of_stream(inside, stream)[:most])
    if len(rows) == most:
        return EventWindow(rows=rows, xact=rows[-1].xact, event=rows[-1].pk, has_more=True)
    return EventWindow(rows=rows, xact=xact, event=event, has_more=len(places) == WIDTH)


def newest_place() -> tuple[int, UUID]:
    """The place in the log from which on a stream sends what is not yet behind the horizon."""
    if connection.vendor == "postgresql":
        return _horizon() - 1, _HIGHEST
    newest = Event.objects.order_by("-xact", "-id").values_list("xact", "id").first()
    return newest or (0, UUID(int=0))


def sent_events(stream: LogStream, rows: Sequence[Event]) -> list[SentEvent]:
    """Events as the receiver of this stream gets them, in their order. Reads only."""
    if stream.sink == Sink.VERIFICATIONS:
        return verification_calls(rows)
    return [sent_event(row) for row in rows]


def sent_event(row: Event) -> SentEvent:
    """One event as receivers get it. One that somebody has damaged is sent as such."""
    kind = known_event(row.kind)
    try:
        body = _with_users(json.loads(row.body))
        personal = _personal(row)
        rendered = ocsf_line(body, OcsfContext(release=RELEASE, personal=personal)).rstrip(b"\n")
        facts = plain_facts(body)
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        said = {"metadata": {"uid": str(row.pk)}, "message": "This event was damaged."}
        rendered, facts, personal = json.dumps(said).encode(), {}, {}
    if personal.get("client_ip"):
        facts["client_ip"] = personal["client_ip"]
    return SentEvent(
        id=str(row.pk),
        kind=row.kind,
        label=str(kind.label) if kind is not None else row.kind,
        at=time_of(row.pk),
        tenant=str(row.tenant_id or ""),
        severity=kind.ocsf.severity if kind is not None else UNKNOWN_SEVERITY,
        rendered=rendered,
        facts=facts,
    )


def _with_users(body: Mapping[str, Any]) -> dict[str, Any]:
    """The people by the keys of their users, as the admin shows them; one who was erased by their
    reference."""
    users = users_behind(ref for ref in (body["actor"], body["subject"]) if ref)
    return {
        **body,
        **{whose: users.get(body[whose], body[whose]) for whose in ("actor", "subject")},
    }


def _personal(row: Event) -> dict[str, str]:
    try:
        return dict(decrypt_private(row))
    except UndecryptableError:
        return {}


def _after(rows: QuerySet[Event], xact: int, event: UUID) -> QuerySet[Event]:
    # The first condition alone is what an index can begin at.
    return rows.filter(Q(xact__gt=xact) | Q(id__gt=event), xact__gte=xact)


def _behind(rows: QuerySet[Event]) -> QuerySet[Event]:
    """On SQLite one writes at a time, so all that is visible is behind the horizon."""
    return rows.filter(xact__lt=_horizon()) if connection.vendor == "postgresql" else rows


def _horizon() -> int:
    """Every transaction before this one has ended, so a later statement sees all that it wrote."""
    ((xact,),) = fetch("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", [])
    return int(xact)


def _of_stream(rows: QuerySet[Event], stream: LogStream) -> QuerySet[Event]:
    if stream.sink == Sink.VERIFICATIONS:
        return events_of_calls(rows, stream)
    if stream.tenant_id is not None:
        return rows.filter(tenant_id=stream.tenant_id)
    away = Tenant.objects.kept_away(stream.region)
    return rows.filter(Q(tenant_id=None) | ~Q(tenant_id__in=away)) if away else rows
