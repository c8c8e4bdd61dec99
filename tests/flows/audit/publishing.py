"""A log that is published: settings of a test, and a dump that is put back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db.models import Model
from django.utils import timezone

from otpguard.flows.audit.publish import PublishRun, publish_heads
from otpguard.models import Event, LogTile, Publication, Seal, SealCursor
from tests.flows.audit.logging import seal, write

ORIGIN = "unnamed.invalid/heads"
_DUMPED: tuple[type[Model], ...] = (Event, Seal, LogTile, SealCursor, Publication)


def storages(root: Path, *aliases: str) -> dict[str, Any]:
    """STORAGES with these beside Django's own, each in a directory."""
    files = "django.core.files.storage.FileSystemStorage"
    made: dict[str, Any] = {
        alias: {"BACKEND": files, "OPTIONS": {"location": str(root / alias)}} for alias in aliases
    }
    static = "django.contrib.staticfiles.storage.StaticFilesStorage"
    return {"default": {"BACKEND": files}, "staticfiles": {"BACKEND": static}, **made}


def write_and_seal(number: int = 1, **more: Any) -> None:
    """Some events, in seals."""
    write(number=number, **more)
    seal()


def publish() -> PublishRun:
    """One run now, to every place: what they wait for is over."""
    Publication.objects.update(next_at=timezone.now())
    return publish_heads(now=timezone.now())


def dump() -> Mapping[type[Model], list[Model]]:
    """The rows of the log as they are: what a backup has."""
    return {model: list(model._default_manager.all()) for model in _DUMPED}


def put_back(rows: Mapping[type[Model], list[Model]]) -> None:
    """The database as it was at the dump."""
    for model, kept in rows.items():
        model._default_manager.all().delete()
        model._default_manager.bulk_create(kept)
