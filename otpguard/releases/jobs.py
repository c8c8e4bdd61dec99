"""The host's jobs: what makes the rows of a release."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from celery import Task
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from otpguard.conf import settings
from otpguard.conf.releases import ReleaseJobConfig
from otpguard.core.registry import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOrder:
    """What a job is asked for: the ids of the release, the tenant and the person, and `arguments`,
    which the host's view gave. Make rows of `tenant` and no other."""

    release: str
    tenant: str
    user: str
    arguments: Mapping[str, Any]


Job = Callable[[ReleaseOrder], Iterable[Any]]


def job_config(name: str) -> ReleaseJobConfig:
    """The declaration of a job. Raises ImproperlyConfigured for an unknown one, naming the
    nearest."""
    jobs = settings().releases.jobs
    if name not in jobs:
        raise ImproperlyConfigured(
            f'otpguard: no job "{name}" in RELEASES, {nearest(name, [*jobs])}'
        )
    return jobs[name]


def load_job(name: str) -> Job | Task[Any, Any]:
    """What makes the rows: a function, or a Celery task of the host's, which calls
    `otpguard.write_release`. Raises ImproperlyConfigured, ImportError."""
    found = import_string(job_config(name).run)
    if not callable(found):
        raise ImproperlyConfigured(f'otpguard: the job "{name}" cannot be called')
    job: Job | Task[Any, Any] = found
    return job


def task_name(job: Job | Task[Any, Any]) -> str:
    """The name of a Celery task, which is handed to a worker and writes by itself; empty for a
    function."""
    return str(job.name) if isinstance(job, Task) else ""


def arguments_text(arguments: Mapping[str, Any]) -> str:
    """Arguments as they are kept. Raises TypeError for what is no JSON."""
    return json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False)
