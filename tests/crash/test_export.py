"""A worker that is killed in the middle of an export: another begins it again, or it has failed.

At no moment can anybody download what the dead worker left.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from otpguard.core.release.terms import TRIES
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.ask import ask_release
from otpguard.flows.release.download import begin_download
from otpguard.flows.release.expire import tend_releases
from otpguard.models import Event, Notice, Release
from tests import factories
from tests.crash.export_settings import JOBS, storages
from tests.crash.exporting import ROWS
from tests.models.rows import postgres_only
from tests.worker import CeleryWorker, running_worker

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.xdist_group("crash"),
    postgres_only,
]


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """Where the files of a test lie, for this process and its workers."""
    settings.STORAGES = storages(tmp_path)
    settings.OTPGUARD = {**settings.OTPGUARD, "RELEASES": {"JOBS": JOBS}}
    (tmp_path / "email").mkdir()
    return tmp_path


@contextmanager
def worker_of(home: Path, blocker: DjangoDbBlocker) -> Iterator[CeleryWorker]:
    """A worker of its own; the rows stay when it ends."""
    with running_worker(
        home / "email",
        blocker,
        flushes=False,
        settings_module="tests.crash.export_settings",
        OTPGUARD_TEST_EXPORTS=str(home),
    ) as worker:
        yield worker


def asked(home: Path, *, deaths: int) -> Release:
    """A release whose first so many tries wait to be killed."""
    who = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(who.user, who.tenant, host="testserver", method="POST")
    return ask_release(facts=facts, job="deadly", arguments={"home": str(home), "deaths": deaths})


def kill_in_the_middle(home: Path, blocker: DjangoDbBlocker, release: Release, nth: int) -> None:
    """Let a worker begin the release, and kill it with half the rows written."""
    told = home / f"pid-{nth}"
    with worker_of(home, blocker) as worker:
        make_due(release)
        worker.wait_for(lambda: told.exists() and told.read_text(), seconds=30)
        os.kill(int(told.read_text()), signal.SIGKILL)
        worker.wait_for(lambda: not worker.process.is_alive())


def make_due(release: Release) -> None:
    """What the sweep does once the waits are over."""
    Release.objects.filter(pk=release.pk).update(lease_until=timezone.now())
    tend_releases(now=timezone.now())


def left(home: Path) -> list[int]:
    """The sizes of the files that the storage has."""
    return [each.stat().st_size for each in (home / "files").rglob("*") if each.is_file()]


def assert_nothing_is_released(release: Release) -> None:
    release.refresh_from_db()
    assert release.state != "ready"
    facts = factories.facts(release.user, release.tenant, host="testserver")
    with pytest.raises(NotAllowed):
        begin_download(facts=facts, release=release)


def test_another_worker_begins_again_what_a_killed_one_left(
    home: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    release = asked(home, deaths=1)
    kill_in_the_middle(home, django_db_blocker, release, 0)
    release.refresh_from_db()
    assert (release.state, release.tries) == ("running", 1)
    assert [size > 0 for size in left(home)] == [True], "half a file is there"
    dead = release.file
    assert_nothing_is_released(release)
    make_due(release)
    assert_nothing_is_released(release)
    assert left(home) == [], "it is gone as soon as the lease is over"
    with worker_of(home, django_db_blocker) as worker:
        make_due(release)
        worker.wait_for(lambda: Release.objects.get().state == "ready", seconds=30)
    release.refresh_from_db()
    assert (release.tries, release.rows, release.file != dead) == (2, ROWS, True)
    factories.age(release, opens_at=timezone.now(), held_until=timezone.now())
    facts = factories.facts(release.user, release.tenant, host="testserver")
    content = b"".join(begin_download(facts=facts, release=release).pieces)
    assert content.count(b"\r\n") == ROWS + 1
    assert Event.objects.filter(kind="release.retried").count() == 1


def test_after_the_last_try_it_has_failed_and_says_so(
    home: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    release = asked(home, deaths=TRIES)
    for nth in range(TRIES):
        kill_in_the_middle(home, django_db_blocker, release, nth)
        make_due(release)
        assert_nothing_is_released(release)
    assert (release.state, release.reason, release.tries) == ("failed", "worker", TRIES)
    assert (bool(release.key), left(home)) == (False, [])
    assert Event.objects.filter(kind="release.failed").count() == 1
    assert Notice.objects.filter(kind="export_failed", user=release.user).count() == 1
