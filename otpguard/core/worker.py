"""Who runs the tasks: Celery's workers, or a few threads of the web process itself."""

from __future__ import annotations

from enum import StrEnum


class Worker(StrEnum):
    """Who sends what is queued, and sweeps."""

    CELERY = "celery"
    INLINE = "inline"


def worker_of(named: Worker | None, *, debug: bool, names_broker: bool) -> Worker | None:
    """Who runs the tasks of a project: the one that it has `named`; else Celery where it names a
    broker, and the process itself under `debug`. None: nobody would, so nothing may be queued."""
    if named is not None:
        return named
    if names_broker:
        return Worker.CELERY
    return Worker.INLINE if debug else None
