"""The sweep ends what is over, and begins again what a dead worker has left."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.flows.release.expire import WAITS_MOST, expire_releases, tend_releases
from otpguard.models import Event, Release
from otpguard.testing.racing import race
from tests import factories
from tests.releasing import asked_by, files, made, ready

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]
MINUTE = timedelta(minutes=1)


def test_what_is_over_is_destroyed_and_what_is_not_stays() -> None:
    _, over = ready()
    _, fresh = ready()
    now = timezone.now()
    factories.age(over, expires_at=now)
    assert expire_releases(now=now) == 1
    over.refresh_from_db(), fresh.refresh_from_db()
    assert (over.state, over.file, bool(over.key)) == ("expired", "", False)
    assert (fresh.state, files()) == ("ready", [fresh.file])
    assert Event.objects.filter(kind="release.expired").count() == 1


def test_of_many_sweeps_one_expires_it() -> None:
    _, over = ready()
    now = timezone.now()
    factories.age(over, expires_at=now)
    assert sum(race(lambda: expire_releases(now=now), threads=4)) == 1
    assert Event.objects.filter(kind="release.expired").count() == 1


def die(release: Release) -> None:
    """What a worker leaves that was killed in the middle: a row that runs, and half a file."""
    made(release)
    Release.objects.filter(pk=release.pk).update(
        state="running", lease_until=timezone.now() - MINUTE, ready_at=None
    )


def test_a_dead_worker_s_release_is_begun_again_and_its_half_file_deleted() -> None:
    _, release = asked_by()
    die(release)
    left = files()
    assert left
    tend_releases(now=timezone.now())
    release.refresh_from_db()
    assert (release.state, bool(release.key), files()) == ("queued", False, [])
    body = json.loads(Event.objects.get(kind="release.retried").body)["data"]
    assert body["reason"] == "worker"
    assert made(release).state == "ready"
    assert files() == [release.file] != left


def test_after_three_dead_workers_it_has_failed() -> None:
    _, release = asked_by()
    for _ in range(3):
        die(release)
        tend_releases(now=timezone.now())
    release.refresh_from_db()
    assert (release.state, release.reason, files()) == ("failed", "worker", [])


def test_a_worker_that_lives_is_left_alone() -> None:
    _, release = asked_by()
    made(release)
    Release.objects.update(state="running", lease_until=timezone.now() + MINUTE)
    tend_releases(now=timezone.now())
    release.refresh_from_db()
    assert release.state == "running"


def test_what_the_broker_has_lost_is_called_again_once_in_a_while() -> None:
    _, release = asked_by()
    now = timezone.now() + MINUTE
    assert tend_releases(now=now) == 1
    assert tend_releases(now=now) == 0
    assert tend_releases(now=now + 2 * MINUTE) == 1
    assert made(release).state == "ready"


def test_what_nobody_begins_in_a_day_has_failed() -> None:
    _, release = asked_by()
    tend_releases(now=release.created_at + WAITS_MOST + MINUTE)
    release.refresh_from_db()
    assert (release.state, release.reason) == ("failed", "worker")
