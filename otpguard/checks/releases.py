"""Checks of the jobs and the storage of RELEASES."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

from otpguard.checks.codes import error, warning
from otpguard.conf import Settings
from otpguard.releases.jobs import load_job
from otpguard.releases.storage import has_storage, storage


def releases(mine: Settings) -> Iterable[CheckMessage]:
    """E133, E134, W133: jobs must load, and their files lie in a private storage."""
    # Our own jobs ask for no storage: without one, the audit log is exported by a command alone.
    if not mine.releases.of_host and not has_storage():
        return
    for name in mine.releases.of_host:
        try:
            load_job(name)
        except (ImportError, ImproperlyConfigured) as wrong:
            yield error("otpguard.E133", f"{name}: {wrong}")
    try:
        made = storage()
    except Exception as wrong:  # noqa: BLE001 (whatever a storage's own module raises)
        yield error("otpguard.E134", f'STORAGE "{mine.releases.storage}": {wrong}')
        return
    for text in _public(made, mine.releases.storage):
        yield error("otpguard.E134", text)
    for text in _small(made):
        yield warning("otpguard.W133", text)


def _small(made: Any) -> Iterable[str]:  # noqa: ANN401 (any storage)
    """What django-storages does with S3 unless it is told otherwise."""
    transfer = getattr(made, "transfer_config", None)
    if getattr(made if transfer is None else transfer, "use_threads", False):
        yield (
            'Give the storage the option "transfer_config": TransferConfig(use_threads=False) of'
            " boto3.s3.transfer: a job would run in a thread of boto3 (docs/releases.md)."
        )
    if getattr(made, "max_memory_size", None) == 0:
        yield (
            'Give the storage the option "max_memory_size", such as 8388608: without it a file is'
            " read into memory as a whole (docs/releases.md)."
        )


def _public(made: Any, alias: str) -> Iterable[str]:  # noqa: ANN401 (any storage)
    if alias in {"default", "staticfiles"}:
        yield f'The storage "{alias}" serves other files too; make one of its own.'
    if not isinstance(made, FileSystemStorage):
        return
    for setting in ("MEDIA_ROOT", "STATIC_ROOT"):
        root = getattr(django_settings, setting, "")
        if root and Path(made.location).resolve().is_relative_to(Path(root).resolve()):
            yield f"Its files lie under {setting}, which is served to everybody."
