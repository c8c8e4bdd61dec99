"""Rows read by hand are the same as those the ORM reads."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection

from otpguard.models import Challenge, Tenant
from otpguard.prepared_sql import Columns
from tests.flows.setting import stopped
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("plan", "tenant", "seed", "created_at", "destination", "id", "binds", "story", "user")


def fetched(columns: Columns[Challenge]) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns.of('c')} FROM {columns.table} c")
        row: tuple[object, ...] = cursor.fetchone()
        return row


def test_an_instance_has_the_values_that_the_orm_would_read() -> None:
    stopped().start()
    columns = Columns(Challenge, *NAMES)
    found, known = columns.read(fetched(columns)), Challenge.objects.get()
    for name in NAMES:
        attribute = Challenge._meta.get_field(name).attname
        assert type(getattr(found, attribute)) is type(getattr(known, attribute))
    assert (found.plan, found.story, found.binds) == (known.plan, known.story, known.binds)
    assert (found.tenant_id, found.user_id) == (known.tenant_id, known.user_id)
    assert (bytes(found.seed), found.created_at) == (bytes(known.seed), known.created_at)
    assert found.destination.reveal() == known.destination.reveal()


def test_what_was_not_read_is_fetched_when_it_is_asked_for() -> None:
    challenge = stopped().start()
    columns = Columns(Challenge, "id", "state")
    found = columns.read(fetched(columns))
    assert "checkpoint" in found.get_deferred_fields()
    assert found.checkpoint == challenge.checkpoint
    assert not found._state.adding


def test_an_instance_is_refreshed_with_some_columns_only() -> None:
    challenge = stopped().start()
    Challenge.objects.update(step=3, checkpoint="other")
    columns = Columns(Challenge, "step")
    columns.refresh(challenge, fetched(columns))
    assert (challenge.step, challenge.checkpoint) == (3, "billing_change")


def test_what_is_written_by_hand_is_read_by_the_orm() -> None:
    challenge = stopped().start()
    columns, key = Columns(Challenge, "plan", "net", "due_at"), Columns(Challenge, "id")
    values = columns.bind([{"channel": "sms"}], '{"host": "x"}', challenge.created_at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {columns.table} SET {columns.set()} WHERE id = %s",
            [*values, *key.bind(challenge.pk)],
        )
    found = Challenge.objects.get()
    assert (found.plan, found.due_at) == ([{"channel": "sms"}], challenge.created_at)
    assert found.net.reveal() == '{"host": "x"}'


def test_a_name_that_is_none_is_told_at_once() -> None:
    with pytest.raises(FieldDoesNotExist):
        Columns(Challenge, "colour")


def test_as_many_values_as_columns_are_bound() -> None:
    with pytest.raises(ValueError, match="1 values for 2 columns"):
        Columns(Challenge, "plan", "net").bind([])


def test_the_names_stand_without_their_table_for_an_insert() -> None:
    assert Columns(Challenge, "id", "tenant").names() == '"id", "tenant_id"'
    assert len(Columns(Challenge, "id", "tenant")) == 2


@postgres_only
def test_many_rows_are_bound_by_column_and_come_back_as_rows() -> None:
    columns = Columns(Tenant, "id", "slug", "brand")
    rows = [(uuid4(), f"t-{number}", 'a "quote", {braces} and \\') for number in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {columns.unnest()}", columns.bind_rows(rows))
        assert cursor.fetchall() == rows
    assert columns.unnest() == "unnest(%s::uuid[], %s::varchar[], %s::varchar[])"


def test_defaults_and_conditions_follow_the_columns() -> None:
    columns = Columns(Challenge, "state", "step")
    assert columns.bind_defaults() == ["open", 0]
    assert columns.equal() == '"state" = %s AND "step" = %s'
