"""Bundles as the site writes them, and changed copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

from django.utils import timezone

from otpguard.audit.logs import log_of, note_of
from otpguard.flows.audit.bundle import write_bundle
from otpguard.models import ALL_HEADS, Event, LogTile, Seal, SealCursor
from tests.flows.audit.logging import ONE, TWO, seals_of

Members = dict[str, bytes]


def written(path: Path, tenant: UUID | None = ONE) -> Path:
    """A bundle of what is sealed of a tenant."""
    with path.open("wb") as file:
        write_bundle(log_of(tenant), file, now=timezone.now())
    return path


def members(path: Path) -> Members:
    """What lies in a bundle."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def stored(path: Path, found: Mapping[str, bytes]) -> Path:
    """A bundle of these members."""
    with ZipFile(path, "w") as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return path


def tampered(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> Path:
    """A copy whose lines of events are changed."""
    found = members(path)
    lines = change(found["events.jsonl"].splitlines(keepends=True))
    return stored(path.with_name("tampered.zip"), {**found, "events.jsonl": b"".join(lines)})


def put_back() -> str:
    """Everything put back together to the first five events; returns the head that was kept."""
    kept = note_of(seals_of()[-1]).full()
    for row in Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[5:]:
        row.delete()
    Seal.objects.filter(log=ONE, size=300).delete()
    LogTile.objects.all().delete()
    Seal.objects.filter(log=TWO, size=2).delete()
    Seal.objects.filter(log=ALL_HEADS, size=4).delete()
    last = seals_of()[-1]
    SealCursor.objects.update(xact=last.last_xact, event=last.last_event)
    return kept
