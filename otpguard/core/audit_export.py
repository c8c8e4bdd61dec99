"""An export of the audit log as values: its formats, what is selected, a row of the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from otpguard.core.host_event import known_event
from otpguard.core.ocsf import PART
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7


class ExportFormat(StrEnum):
    """What an export of the log is written as."""

    CSV = "csv"
    JSONL = "jsonl"
    """One event a line; a line is what was hashed."""
    OCSF = "ocsf"
    BUNDLE = "bundle"
    """All events with their proofs, for a program that checks them."""


COLUMNS: Final = (
    *("time", "event", "label", "checkpoint", "actor", "subject", "client_ip", "device"),
    *("target", "details", "story", "tenant", "id", "asn", "country"),
)
"""The columns of the CSV; a selection has one more, which says so."""

_TEXTS = ("at", "id", "tenant", "checkpoint", "actor", "subject", "story", "installation")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSelection:
    """Which events of a log: from `since` on and before `until`, those of one person as the actor,
    of one kind, of one checkpoint, of one story. Without any it is the whole log."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    kind: str = ""
    checkpoint: str = ""
    story: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.arguments()

    def arguments(self) -> dict[str, str]:
        """The selection as plain JSON, without what does not select."""
        return {name: _text(value) for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> LogSelection:
        """The selection of such JSON. Raises TypeError for an unknown name, ValueError for what is
        no time with a zone."""
        given = dict(arguments)
        since, until = given.pop("since", ""), given.pop("until", "")
        return cls(
            since=_moment(since) if since else None,
            until=_moment(until) if until else None,
            **given,
        )

    def bounds(self) -> dict[str, Any]:
        """The lowest and the highest id, by the lookups of a query: an id carries its time."""
        found: dict[str, Any] = {}
        if self.since is not None:
            found["pk__gte"] = uuid7(self.since, bytes(RANDOM_BYTES))
        if self.until is not None:
            found["pk__lt"] = uuid7(self.until, bytes(RANDOM_BYTES))
        return found


def job_of(export: ExportFormat, selection: LogSelection) -> str:
    """The job that makes such a file."""
    part = "" if selection.is_whole else "part_"
    return f"audit_log_{part}{export.value}"


def body_of(text: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """The body of an event, read. One that somebody broke is made of the `columns` of its row, and
    says in `data` that it cannot be read: one bad row must not keep the others from being seen."""
    try:
        body = json.loads(text)
        if _is_whole(body):
            return dict(body)
    except (ValueError, RecursionError):
        pass
    return {**columns, "installation": "", "data": {"unreadable": True}}


def csv_row(body: Mapping[str, Any], personal: Mapping[str, str], *, part: bool) -> tuple[str, ...]:
    """An event as a row of the table: its columns in their order."""
    kind = known_event(body["kind"])
    row = (
        *(body["at"], body["kind"], str(kind.label if kind is not None else "")),
        *(body["checkpoint"], body["actor"], body["subject"]),
        *(personal.get(name, "") for name in ("client_ip", "agent", "target")),
        *(_details(body["data"]), body["story"], body["tenant"], body["id"]),
        *(personal.get(name, "") for name in ("asn", "country")),
    )
    # A lone surrogate, which an old body may hold, has no UTF-8.
    clean = tuple(text.encode(errors="replace").decode() for text in row)
    return (*clean, PART) if part else clean


def columns(*, part: bool) -> tuple[str, ...]:
    """The names of the columns of `csv_row`."""
    return (*COLUMNS, "selection") if part else COLUMNS


def _details(data: Mapping[str, Any]) -> str:
    # As it was read: its names are in the order of canonical text already.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) if data else ""


def _is_whole(body: object) -> bool:
    return (
        isinstance(body, dict)
        and isinstance(body.get("data"), dict)
        and all(isinstance(body.get(name), str) for name in ("kind", *_TEXTS))
        and _is_time(body["at"])
    )


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return found


def _text(value: str | datetime) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
