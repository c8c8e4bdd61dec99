"""A file is whole or it is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.utils import timezone

from otpguard.flows.release import produce
from otpguard.flows.release.cancel import cancel_release
from otpguard.flows.release.produce import LEASE, produce_release
from otpguard.models import Event, Membership, Notice, Release
from otpguard.testing.racing import race
from tests import factories, releasing
from tests.releasing import CSV, asked, asked_by, files, made, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]


def kinds() -> list[str]:
    return list(
        Event.objects.filter(kind__startswith="release.")
        .order_by("id")
        .values_list("kind", flat=True)
    )


def test_the_job_gets_its_order_and_the_file_is_encrypted() -> None:
    _, release = asked_by(city="Berlin")
    made(release)
    (order,) = asked
    assert (order.release, order.tenant) == (str(release.pk), str(release.tenant_id))
    assert order.arguments == {"city": "Berlin"}
    assert (release.state, release.rows, release.size) == ("ready", 2, len(CSV))
    assert files() == [release.file]
    assert b"Anna" not in stored(release.file)
    assert "Anna" not in str(release.key)
    assert kinds() == ["release.asked", "release.finished"]
    assert Notice.objects.filter(kind="export_ready", user=release.user_id).count() <= 1


def test_two_files_have_two_keys_and_names() -> None:
    first, second = asked_by()[1], asked_by()[1]
    made(first), made(second)
    assert first.key.reveal() != second.key.reveal()
    assert first.file != second.file
    assert stored(first.file)[:7] != stored(second.file)[:7]


@pytest.mark.parametrize("job", ["lines", "archive", "people"])
def test_every_format_is_made(job: str) -> None:
    _, release = asked_by(job=job)
    assert made(release).state == "ready"


def test_of_many_workers_one_makes_it() -> None:
    _, release = asked_by()
    found = race(lambda: produce_release(release_id=str(release.pk), now=timezone.now()), threads=4)
    assert sorted(found) == [False, False, False, True]
    assert len(files()) == 1
    assert Event.objects.filter(kind="release.finished").count() == 1


def test_a_job_that_raises_leaves_nothing_and_is_tried_again_three_times() -> None:
    _, release = asked_by(job="broken")
    for number in (1, 2):
        made(release)
        assert (release.state, release.tries, files()) == ("queued", number, [])
        assert not release.key
        assert release.lease_until is not None
    made(release)
    assert (release.state, release.reason, files()) == ("failed", "job", [])
    assert kinds() == ["release.asked", "release.retried", "release.retried", "release.failed"]


def test_what_is_no_row_fails_at_once() -> None:
    _, release = asked_by(job="uneven")
    assert (made(release).state, release.tries, files()) == ("failed", 1, [])


def test_a_job_that_is_gone_fails_at_once(settings: Any) -> None:
    _, release = asked_by()
    jobs = {"people": "tests.releasing.gone"}
    settings.OTPGUARD = {**settings.OTPGUARD, "RELEASES": {"JOBS": jobs}}
    assert (made(release).state, release.reason) == ("failed", "job")


def test_a_storage_that_is_away_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    _, release = asked_by()
    with monkeypatch.context() as patched:
        patched.setattr(InMemoryStorage, "_save", away)
        made(release)
    assert (release.state, release.tries) == ("queued", 1)
    assert json.loads(Event.objects.get(kind="release.retried").body)["data"]["reason"] == "storage"
    assert made(release).state == "ready"


def test_a_file_that_does_not_read_back_is_never_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    _, release = asked_by(job="archive")
    keep = InMemoryStorage._save

    def cut(self: InMemoryStorage, name: str, content: Any) -> str:
        kept = keep(self, name, content)
        with self.open(name, "rb") as opened:
            whole = opened.read()
        self.delete(name)
        return keep(self, kept, ContentFile(whole[:-20]))

    monkeypatch.setattr(InMemoryStorage, "_save", cut)
    made(release)
    assert (release.state, files()) == ("queued", [])


def test_a_release_that_is_canceled_while_it_is_made_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts, release = asked_by()
    monkeypatch.setattr(produce, "BEAT_SECONDS", 0.0)
    read = releasing.people

    def canceled(order: Any) -> Any:
        rows = read(order)
        yield next(rows)
        assert cancel_release(facts=facts, release=release)
        yield from rows

    monkeypatch.setattr(releasing, "people", canceled)
    assert (made(release).state, files()) == ("canceled", [])
    assert not release.key


@pytest.mark.parametrize("loss", ["role", "membership", "account"])
def test_who_loses_a_role_while_it_is_made_gets_nothing(
    loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, release = asked_by()
    monkeypatch.setattr(produce, "BEAT_SECONDS", 0.0)
    read = releasing.people

    def demoted(order: Any) -> Any:
        rows = read(order)
        yield next(rows)
        if loss == "account":
            type(release.user).objects.filter(pk=release.user_id).update(is_active=False)
        else:
            columns: dict[str, Any] = {"roles": ["member"]} if loss == "role" else {"active": False}
            Membership.objects.update(**columns)
        yield from rows

    monkeypatch.setattr(releasing, "people", demoted)
    assert (made(release).state, release.reason, files()) == ("canceled", "role", [])


def test_the_progress_is_seen_while_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    _, release = asked_by()
    monkeypatch.setattr(produce, "BEAT_SECONDS", 0.0)
    seen: list[tuple[str, int]] = []
    read = releasing.people

    def watched(order: Any) -> Any:
        for row in read(order):
            yield row
            seen.append(Release.objects.values_list("state", "rows").get())

    monkeypatch.setattr(releasing, "people", watched)
    made(release)
    assert seen[0][0] == "running"
    assert seen[-1][1] >= 1


def test_a_celery_task_of_the_hosts_is_called_and_writes_by_itself() -> None:
    _, release = asked_by(job="task")
    assert not produce_release(release_id=str(release.pk), now=timezone.now())
    release.refresh_from_db()
    assert (release.state, release.tries) == ("queued", 0)
    assert release.lease_until is not None
    releasing.by_task(str(release.pk))
    release.refresh_from_db()
    assert (release.state, release.rows) == ("ready", 2)


def test_a_worker_that_comes_late_does_not_overwrite_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its lease was over, and another worker has begun the release again meanwhile."""
    _, release = asked_by()
    read = releasing.people

    def slow(order: Any) -> Any:
        yield from read(order)
        late = timezone.now() + 2 * LEASE
        Release.objects.update(state="queued")
        monkeypatch.setattr(releasing, "people", read)
        assert produce_release(release_id=str(release.pk), now=late)

    monkeypatch.setattr(releasing, "people", slow)
    assert not produce_release(release_id=str(release.pk), now=timezone.now())
    release.refresh_from_db()
    assert (release.state, release.tries, files()) == ("ready", 2, [release.file])


def test_a_demoted_person_is_refused_before_the_job_runs() -> None:
    member = factories.member(factories.tenant(), roles=["admin"])
    _, release = asked_by(member)
    Membership.objects.filter(pk=member.pk).update(active=False)
    assert made(release).state == "canceled"
    assert asked == []


def test_the_storage_is_the_one_of_the_setting() -> None:
    assert isinstance(storages["releases"], InMemoryStorage)
