"""Events: appended in the caller's transaction, under a MAC, with personal data encrypted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import override_settings

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.event_mac import is_genuine
from otpguard.audit.private import decrypt_private
from otpguard.audit.recorder import FEW, LARGEST_BODY, EventTooLargeError, record, record_all
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.core.events.tenant import PolicyChanged
from otpguard.models import Event
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 12, 0, 0, 123456, tzinfo=UTC)
TENANT, STORY = uuid4(), uuid4()
WHERE = Circumstances(
    now=NOW,
    tenant=str(TENANT),
    checkpoint="api_key",
    actor="7",
    subject="8",
    story=str(STORY),
    client_ip="203.0.113.7",
    agent="Firefox on Linux",
    target="key 'production'",
)
HELD = (CheckpointDenied(reason="held"), WHERE)


def write(where: Circumstances = WHERE) -> Event:
    return Event.objects.get(pk=record(CheckpointDenied(reason="held"), where))


@pytest.fixture
def row() -> Event:
    return write()


def test_a_row_says_what_happened_where_to_whom(row: Event) -> None:
    assert (row.kind, row.checkpoint, row.tenant_id) == ("checkpoint.denied", "api_key", TENANT)
    assert (row.actor_ref, row.subject_ref, row.story) == ("7", "8", STORY)
    body = json.loads(row.body)
    assert body["data"] == {"reason": "held", "count": 1}
    assert body["at"] == "2026-05-10T12:00:00.123+00:00"
    assert (body["format"], body["installation"]) == (2, "")


def test_an_event_without_tenant_or_story_has_none() -> None:
    row = write(Circumstances(now=NOW))
    assert (row.tenant_id, row.story, row.actor_ref) == (None, None, "")
    assert is_genuine(row)
    assert decrypt_private(row) == {}


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    assert json.loads(write(Circumstances(now=east)).body)["at"].startswith("2026-05-10T12:00")


def test_personal_data_is_nowhere_in_the_row_and_can_be_opened(row: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM otpguard_event")
        stored = repr(cursor.fetchall())
    personal = {
        "client_ip": WHERE.client_ip,
        "agent": WHERE.agent,
        "target": WHERE.target,
    }
    for plain in (*personal.values(), "production", "Firefox"):
        assert plain not in stored
    assert decrypt_private(row) == personal


def test_a_row_as_it_was_written_is_genuine(row: Event) -> None:
    assert is_genuine(row)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "checkpoint.passed"),
        ("checkpoint", "login"),
        ("tenant_id", uuid4()),
        ("tenant_id", None),
        ("actor_ref", "9"),
        ("subject_ref", "9"),
        ("story", uuid4()),
        ("id", UUID(int=1)),
        ("mac", "0" * 64),
        ("xact", 2**40),
        ("xact", -1),
    ],
)
def test_a_changed_column_is_noticed(row: Event, column: str, value: Any) -> None:
    Event.objects.filter(pk=row.pk).update(**{column: value})
    assert not is_genuine(Event.objects.get())


@pytest.mark.parametrize(
    ("old", "new"),
    [('"held"', '"no_proof"'), ("2026-05-10", "2026-05-11"), ('"count":1', '"count":2')],
)
def test_a_changed_body_is_noticed(row: Event, old: str, new: str) -> None:
    changed = row.body.replace(old, new)
    assert changed != row.body
    Event.objects.filter(pk=row.pk).update(body=changed)
    assert not is_genuine(Event.objects.get())


def test_body_and_columns_changed_alike_still_lack_the_key(row: Event) -> None:
    Event.objects.filter(pk=row.pk).update(
        actor_ref="9", body=row.body.replace('"actor":"7"', '"actor":"9"')
    )
    assert not is_genuine(Event.objects.get())


def test_a_row_stays_genuine_while_its_key_is_at_hand() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["old root key " * 3]}):
        row = write()
    with override_settings(OTPGUARD={"ROOT_KEYS": ["new root key " * 3, "old root key " * 3]}):
        assert is_genuine(row)
    with (
        override_settings(OTPGUARD={"ROOT_KEYS": ["new root key " * 3]}),
        pytest.raises(vault.UndecryptableError),
    ):
        is_genuine(row)


def test_a_rollback_takes_the_event_along() -> None:
    with transaction.atomic():
        record(CheckpointDenied(reason="held"), WHERE)
        assert Event.objects.count() == 1
        transaction.set_rollback(True)
    assert Event.objects.count() == 0


def test_values_of_an_event_that_are_no_text_survive() -> None:
    wishes = {"ttl": 300, "allowed_channels": ["sms"], "active": True}
    event = PolicyChanged(version=2, wishes=wishes, weakened=["ttl"])
    row = Event.objects.get(pk=record(event, WHERE))
    assert json.loads(row.body)["data"] == {"version": 2, "wishes": wishes, "weakened": ["ttl"]}
    assert is_genuine(row)


@postgres_only
def test_the_row_carries_the_id_of_the_top_transaction_also_inside_savepoints() -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            top = cursor.fetchone()[0]
        outside = write()
        with transaction.atomic(), transaction.atomic():
            inside = write()
    assert outside.xact == inside.xact == top > 0


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_later_transaction_has_a_later_id() -> None:
    assert write().xact < write().xact


def test_the_key_id_is_under_the_mac() -> None:
    keys = {"ROOT_KEYS": ["new root key " * 3, "old root key " * 3]}
    with override_settings(OTPGUARD=keys):
        row = write()
        row.key_id = vault.key_ids()[1]
        assert not is_genuine(row)


def test_one_transaction_gives_its_events_one_number_and_a_later_one_a_higher() -> None:
    first = [write().xact, *(Event.objects.get(pk=pk).xact for pk in record_all([HELD, HELD]))]
    assert min(first) > 0
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            assert set(first) == {cursor.fetchone()[0]}
        with transaction.atomic():  # a savepoint has an id of its own, which does not count
            assert write().xact == first[0]
    else:
        assert first == sorted(first)


@pytest.mark.parametrize("number", [1, FEW, FEW + 1, 40])
def test_events_are_genuine_however_many_are_written_together(number: int) -> None:
    rows = Event.objects.filter(pk__in=record_all([HELD] * number))
    assert [is_genuine(row) for row in rows] == [True] * number


def test_an_event_of_another_installation_with_the_same_keys_is_not_genuine() -> None:
    with override_settings(OTPGUARD={"INSTALLATION": "audit.example.com/staging"}):
        row = write()
        assert is_genuine(row)
    with override_settings(OTPGUARD={"INSTALLATION": "audit.example.com/live"}):
        assert not is_genuine(row)
        row.body = row.body.replace("staging", "live")
        assert not is_genuine(row)


def test_a_body_that_no_tile_could_hold_is_refused() -> None:
    long = CheckpointDenied(reason="é" * (LARGEST_BODY // 2))
    with pytest.raises(EventTooLargeError, match=r"checkpoint\.denied"):
        record_all([HELD, (long, WHERE)])
    assert Event.objects.count() == 0
    write_long = CheckpointDenied(reason="x" * (LARGEST_BODY - 2_000))
    assert Event.objects.filter(pk=record(write_long, WHERE)).exists()
