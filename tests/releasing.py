"""A host with jobs that make files: fixtures and small jobs for tests of releases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery import shared_task
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.utils import timezone

import otpguard
from otpguard.core.facts import RequestFacts
from otpguard.flows.release.ask import ask_release
from otpguard.flows.release.produce import produce_release
from otpguard.models import Membership, Release
from otpguard.releases.jobs import ReleaseOrder
from tests import factories

ROWS = [{"name": "Anna", "city": "Berlin"}, {"name": "=1+1", "city": "Wien"}]
CSV = b"name,city\r\nAnna,Berlin\r\n'=1+1,Wien\r\n"

asked: list[ReleaseOrder] = []
"""What the jobs were asked for."""


class JobBrokenError(Exception):
    """What a broken job raises."""


def people(order: ReleaseOrder) -> Iterator[dict[str, str]]:
    """Two rows, one of which a spreadsheet would run."""
    asked.append(order)
    yield from ROWS


def broken(_order: ReleaseOrder) -> Iterator[dict[str, str]]:
    """A row, and then an exception."""
    yield ROWS[0]
    raise JobBrokenError


def uneven(_order: ReleaseOrder) -> Iterator[list[str]]:
    """Rows of different lengths."""
    yield from (["a", "b"], ["1"])


def archive(_order: ReleaseOrder) -> Iterator[bytes]:
    """Bytes of a file of several chunks."""
    for number in range(40):
        yield bytes([number]) * 10_000


@shared_task(name="tests.releasing.by_task", ignore_result=True)
def by_task(release_id: str) -> None:
    """A host's own task."""
    otpguard.write_release(release_id, people)


JOBS = {
    "people": {"RUN": "tests.releasing.people", "LABEL": "People"},
    "lines": {"RUN": "tests.releasing.people", "FORMAT": "jsonl"},
    "broken": "tests.releasing.broken",
    "uneven": "tests.releasing.uneven",
    "archive": {"RUN": "tests.releasing.archive", "FORMAT": "zip"},
    "task": "tests.releasing.by_task",
}


@pytest.fixture
def jobs(settings: Any) -> Iterator[None]:
    """JOBS in RELEASES, and a storage in memory."""
    settings.STORAGES = {
        **django_settings.STORAGES,
        "releases": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    settings.OTPGUARD = {**django_settings.OTPGUARD, "RELEASES": {"JOBS": JOBS}}
    asked.clear()
    yield
    asked.clear()


def files() -> list[str]:
    """The names in the storage."""
    found = storages["releases"]
    try:
        return [f"otpguard/{name}" for name in found.listdir("otpguard")[1]]
    except FileNotFoundError:
        return []


def stored(name: str) -> bytes:
    """What lies under a name."""
    with storages["releases"].open(name, "rb") as opened:
        return bytes(opened.read())


def asked_by(
    member: Membership | None = None, job: str = "people", **arguments: Any
) -> tuple[RequestFacts, Release]:
    """A release that somebody has asked for, an administrator unless a member is given."""
    who = member or factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(who.user, who.tenant, host="testserver", method="POST")
    return facts, ask_release(facts=facts, job=job, arguments=arguments)


def made(release: Release) -> Release:
    """The release after a worker's try, as it is then."""
    produce_release(release_id=str(release.pk), now=timezone.now())
    release.refresh_from_db()
    return release


def ready(member: Membership | None = None, job: str = "people") -> tuple[RequestFacts, Release]:
    """A release whose hold is over."""
    facts, release = asked_by(member, job)
    made(release)
    factories.age(release, opens_at=facts.now, held_until=facts.now)
    release.refresh_from_db()
    facts = factories.facts(release.user, release.tenant, host="testserver")
    return facts, release
