"""Bundles as the site writes them, and changed copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

from django.utils import timezone

from otpguard.audit.logs import log_of
from otpguard.flows.audit.bundle import write_bundle
from tests.flows.audit.logging import ONE

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
