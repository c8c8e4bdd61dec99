"""The jobs that write the audit log into a file: its sealed events, as CSV, JSON Lines or OCSF, or
with their proofs. They are named in `otpguard.conf.releases`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from otpguard.audit.logs import newest_seal, sealed_events
from otpguard.audit.private import said_in, users_behind
from otpguard.core.audit_export import LogSelection, body_of, columns, csv_row
from otpguard.core.ocsf import OcsfContext, ocsf_line
from otpguard.core.uuid7 import time_of
from otpguard.flows.audit.bundle import CHUNK, pieces_of
from otpguard.models import Event
from otpguard.releases.jobs import ReleaseOrder
from otpguard.vault import UndecryptableError

RELEASE = version("otpguard")
"""Of this package."""
TOGETHER = 500
"""How many events are read before the people whom they name are looked up."""
_COLUMNS = ("id", "kind", "tenant_id", "checkpoint", "actor_ref", "subject_ref", "story", "body")


def csv_rows(order: ReleaseOrder) -> Iterator[tuple[str, ...]]:
    """The job of the table: the names of the columns, then a row an event."""
    yield from table_of(UUID(order.tenant), LogSelection.of(order.arguments))


def leaf_lines(order: ReleaseOrder) -> Iterator[bytes]:
    """The job of JSON Lines."""
    yield from leaves_of(UUID(order.tenant), LogSelection.of(order.arguments))


def ocsf_lines(order: ReleaseOrder) -> Iterator[bytes]:
    """The job of OCSF."""
    yield from ocsf_of_log(UUID(order.tenant), LogSelection.of(order.arguments))


def bundle_pieces(order: ReleaseOrder) -> Iterator[bytes]:
    """The job of the bundle, which is always whole. Raises InvalidInput without a seal."""
    yield from pieces_of(UUID(order.tenant), now=timezone.now())


def table_of(log: UUID, selection: LogSelection) -> Iterator[tuple[str, ...]]:
    """The sealed events of a log as rows of CSV after one with the names of the columns. Client IP,
    device and target are in clear. Reads only, in flat memory."""
    part = not selection.is_whole
    yield columns(part=part)
    for each in _read(log, selection):
        yield csv_row(each.body, each.personal, part=part)


def leaves_of(log: UUID, selection: LogSelection) -> Iterator[bytes]:
    """The sealed events of a log in its order, each as the bytes that were hashed, with a newline:
    what is private in them stays encrypted. Reads only, in flat memory."""
    rows = _selected(log, selection)
    for text in rows.values_list("body", flat=True).iterator(chunk_size=CHUNK):
        yield text.encode(errors="surrogatepass") + b"\n"


def ocsf_of_log(log: UUID, selection: LogSelection) -> Iterator[bytes]:
    """The sealed events of a log as lines of OCSF 1.8.0, with the private part in clear. Reads
    only, in flat memory."""
    part = not selection.is_whole
    for each in _read(log, selection):
        context = OcsfContext(release=RELEASE, personal=each.personal, part=part)
        yield ocsf_line(each.body, context)


@dataclass(frozen=True, slots=True)
class _ReadEvent:
    body: Mapping[str, Any]
    personal: Mapping[str, str]


def _selected(log: UUID, selection: LogSelection) -> QuerySet[Event]:
    columns = {"actor": "actor_ref", "kind": "kind", "checkpoint": "checkpoint", "story": "story"}
    wanted = {column: getattr(selection, name) for name, column in columns.items()}
    wanted = {column: value for column, value in wanted.items() if value}
    return sealed_events(log, newest_seal(log)).filter(**wanted, **selection.bounds())


def _read(log: UUID, selection: LogSelection) -> Iterator[_ReadEvent]:
    rows = _selected(log, selection).only(*_COLUMNS).iterator(chunk_size=CHUNK)
    while some := list(islice(rows, TOGETHER)):
        bodies = [(row.pk, body_of(row.body, partial(_columns_of, row))) for row in some]
        users = users_behind(
            ref for _, body in bodies for ref in (body["actor"], body["subject"]) if ref
        )
        for pk, body in bodies:
            named = {whose: users.get(body[whose], body[whose]) for whose in ("actor", "subject")}
            yield _ReadEvent({**body, **named}, _personal(body, pk))


def _columns_of(row: Event) -> Mapping[str, str]:
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "at": time_of(row.pk).isoformat(timespec="milliseconds"),
        "tenant": str(row.tenant_id or ""),
        "checkpoint": row.checkpoint,
        "actor": row.actor_ref,
        "subject": row.subject_ref,
        "story": str(row.story or ""),
    }


def _personal(body: Mapping[str, Any], identity: UUID) -> Mapping[str, str]:
    """The private part in clear; nothing where its key is gone or somebody broke it."""
    try:
        found = said_in(body, identity)
    except (UndecryptableError, KeyError, ValueError, TypeError, AttributeError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
