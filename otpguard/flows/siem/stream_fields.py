"""Which stream an event or a notice is about, as its fields."""

from __future__ import annotations

from urllib.parse import urlsplit

from otpguard.models import LogStream


def fields_of(row: LogStream) -> dict[str, str]:
    """The fields of `core.events.siem.StreamFields`; of the URL the host alone, for paths may hold
    keys."""
    return {"siem": str(row.pk), "name": row.name, "sink": row.sink, "host": host_of(row)}


def host_of(row: LogStream) -> str:
    """The host of the receiver."""
    return urlsplit(row.url).hostname or ""
