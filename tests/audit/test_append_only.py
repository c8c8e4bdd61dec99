"""Events and seals cannot be changed or deleted while the triggers are there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from otpguard.audit.append_only import GUARDED, set_triggers
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record, record_all
from otpguard.core.events.audit.log import RetentionPurged
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.models import SITE_EVENTS, Event, LogTile, Seal
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db
TABLES = [model._meta.db_table for model in GUARDED]
ROW = {"log": SITE_EVENTS, "root": b"r"}


@pytest.fixture
def rows() -> None:
    record(CheckpointDenied(reason="held"), Circumstances(now=datetime(2026, 5, 10, tzinfo=UTC)))
    LogTile.objects.create(level=0, number=0, hashes=b"h", **ROW)
    keys = dict.fromkeys(("peaks", "leaves", "public_key", "signature"), b"x")
    more = {"clock_key": b"x", "clock_signature": b"x"}
    Seal.objects.create(first=0, size=1, **keys, **more, **ROW)


@pytest.fixture
def _guarded(rows: None) -> Iterator[None]:
    with override_settings(OTPGUARD={"AUDIT_TRIGGERS": True}):
        set_triggers()
        set_triggers()
    yield
    set_triggers()


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.usefixtures("_guarded")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_a_row_can_neither_be_changed_nor_deleted(sql: str, table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(sql.format(table))


@pytest.fixture
def told(_guarded: None) -> Event:
    where = Circumstances(now=datetime(2026, 5, 10, tzinfo=UTC), actor="7", subject="8")
    return Event.objects.get(pk=record(CheckpointDenied(reason="held"), where))


def test_a_link_to_a_person_may_become_the_reference_that_the_body_names(told: Event) -> None:
    body = json.loads(told.body)
    run(f"UPDATE otpguard_event SET actor_ref = '{body['actor']}' WHERE actor_ref = '7'")
    run(f"UPDATE otpguard_event SET subject_ref = '{body['subject']}' WHERE subject_ref = '8'")
    told.refresh_from_db()
    assert (told.actor_ref, told.subject_ref) == (body["actor"], body["subject"])


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    "change",
    ["actor_ref = '9'", "actor_ref = ''", "actor_ref = subject_ref", "kind = 'x'", "mac = ''"],
)
def test_nothing_else_may(change: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"UPDATE otpguard_event SET {change} WHERE actor_ref = '7'")


def test_together_with_an_allowed_change_no_other_one_passes(told: Event) -> None:
    actor = json.loads(told.body)["actor"]
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"UPDATE otpguard_event SET actor_ref = '{actor}', checkpoint = 'login'")


@postgres_only
@pytest.mark.usefixtures("_guarded")
@pytest.mark.parametrize("table", TABLES)
def test_a_table_cannot_be_truncated(table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"TRUNCATE {table}")


@pytest.mark.usefixtures("_guarded")
def test_more_can_be_appended() -> None:
    before = Event.objects.count()
    record(CheckpointDenied(reason="held"), Circumstances(now=datetime(2026, 5, 10, tzinfo=UTC)))
    assert Event.objects.count() == before + 1


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("table", TABLES)
def test_where_the_setting_is_off_there_is_no_trigger(table: str) -> None:
    set_triggers()
    run(f"DELETE FROM {table}")


def told_purge(age: int, *, below: int = 1, tenant: str = "") -> None:
    """Two sealed events of the site, the first alone under the seal, and a purge of that one."""
    now = datetime.now(tz=UTC)
    first, _ = record_all([(CheckpointDenied(reason="held"), Circumstances(now=now))] * 2)
    row = Event.objects.get(pk=first)
    keys = dict.fromkeys(("peaks", "leaves", "public_key", "signature"), b"x")
    more = {"clock_key": b"x", "clock_signature": b"x", "at": now - timedelta(days=age)}
    place = {"last_xact": row.xact, "last_event": row.pk}
    Seal.objects.filter(log=SITE_EVENTS).delete()
    Seal.objects.create(first=0, size=1, **keys, **more, **place, **ROW)
    said = RetentionPurged(first=0, below=below, before=now.isoformat(), years=1, root="00")
    record(said, Circumstances(now=now, tenant=tenant))


@pytest.fixture
def _guarded_later() -> Iterator[None]:
    """The triggers are made by the test itself."""
    yield
    set_triggers()


def guard() -> None:
    with override_settings(OTPGUARD={"AUDIT_TRIGGERS": True}):
        set_triggers()


@pytest.mark.usefixtures("_guarded_later")
def test_an_event_may_go_that_the_newest_purge_of_its_log_covers_and_no_other() -> None:
    told_purge(366)
    guard()
    purged, kept, _ = Event.objects.order_by("xact", "pk").values_list("pk", flat=True)
    Event.objects.filter(pk=purged).delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=kept).delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Seal.objects.all().delete()


@pytest.mark.usefixtures("_guarded_later")
@pytest.mark.parametrize(
    "told",
    [{"age": 364}, {"age": 366, "below": 2}, {"age": 366, "tenant": str(UUID(int=7))}],
    ids=["the seal is too young", "no seal ends there", "it is of another log"],
)
def test_no_other_purge_lets_an_event_go(told: dict[str, Any]) -> None:
    told_purge(**told)
    guard()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.all().delete()
