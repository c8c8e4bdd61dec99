"""Several statements in one journey give what they give one after another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.limits import CapName, Lane
from otpguard.models import Challenge, Delivery, Factor, FactorLane, Usage
from otpguard.prepared_sql import Columns, every_column
from otpguard.statements import fetch, run_together
from tests.flows.setting import stopped
from tests.models.rows import postgres_only
from tests.pausing import meet

pytestmark = [pytest.mark.django_db(transaction=True), postgres_only]

USAGE = Columns(Usage, "cap", "key", "at", "challenge", "refund", "window_seconds")
COUNT = f"SELECT count(*) FROM {USAGE.table} WHERE key = %s"
INSERT = f"INSERT INTO {USAGE.table} ({USAGE.names()}) VALUES ({USAGE.places()}) RETURNING key, cap"
LOCK = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(%s)) taken"


def use(key: str, cap: str = "ip") -> tuple[str, list[Any]]:
    return INSERT, USAGE.bind(cap, key, timezone.now(), uuid4(), "full", 60)


def test_each_statement_gives_its_own_rows_in_order() -> None:
    with transaction.atomic():
        rows = run_together([use("a"), (COUNT, ["a"]), use("a", "site"), (COUNT, ["a"])])
    assert rows == [[("a", "ip")], [(1,)], [("a", "site")], [(2,)]]
    assert fetch(COUNT, ["a"]) == [(2,)]


def test_what_is_rolled_back_is_gone() -> None:
    with transaction.atomic():
        run_together([use("a"), use("b")])
        transaction.set_rollback(True)
    assert not Usage.objects.exists()


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (("SELECT 1 / %s::int", [0]), DataError),
        (use("x" * 81), DataError),
        ((INSERT, ["ip", None, timezone.now(), uuid4(), "full", 60]), IntegrityError),
    ],
    ids=["division", "too long", "null"],
)
def test_the_first_that_fails_is_told_as_django_does(
    place: int, bad: tuple[str, list[Any]], error: type[DatabaseError]
) -> None:
    statements = [use("a"), use("b")]
    statements.insert(place, bad)
    with pytest.raises(error), transaction.atomic():
        run_together(statements)
    assert not Usage.objects.exists()
    assert fetch(COUNT, ["a"]) == [(0,)], "the connection goes on"


def test_after_a_failure_in_a_savepoint_the_transaction_goes_on() -> None:
    with transaction.atomic():
        run_together([use("kept")])
        with pytest.raises(DataError), transaction.atomic():
            run_together([use("lost"), use("x" * 81)])
        run_together([use("kept")])
    assert list(Usage.objects.values_list("key", flat=True)) == ["kept", "kept"]


def test_what_runs_is_seen_by_those_who_watch_queries() -> None:
    with CaptureQueriesContext(connection) as seen, transaction.atomic():
        run_together([use("a"), (COUNT, ["a"])])
    assert len([each for each in seen if "otpguard_usage" in each["sql"]]) == 2


def test_each_sees_what_was_committed_before_it_began() -> None:
    """A statement behind a lock counts what its holder has written: the two share no snapshot."""

    def charge() -> Any:
        with transaction.atomic():
            return run_together([(LOCK, [7]), (COUNT, ["a"]), use("a")])[1]

    meeting = meet(charge, charge, after="SELECT count(*)")
    assert not meeting.failures
    assert [meeting.held.result, meeting.other.result] == [[(0,)], [(1,)]]


# --- one statement -------------------------------------------------------------------------------


def test_parameters_are_numbered_in_the_order_of_their_places() -> None:
    rows = fetch("SELECT %s::int, %s::text, %s::int + %s::int", [1, "two %s $1", 3, 4])
    assert rows == [(1, "two %s $1", 7)]


def test_more_parameters_than_one_digit_counts_are_numbered_too() -> None:
    places = ", ".join(["%s::int"] * 123)
    assert fetch(f"SELECT {places}", list(range(123))) == [tuple(range(123))]


@pytest.mark.parametrize("column", ["cap", "key"])
def test_a_text_that_is_too_long_is_refused_and_not_cut(column: str) -> None:
    known = {
        "cap": "ip",
        "key": "k",
        "at": timezone.now(),
        "challenge": uuid4(),
        "refund": "full",
        "window_seconds": 60,
    }
    with pytest.raises(DataError, match="too long"), transaction.atomic():
        fetch(INSERT, USAGE.bind(*{**known, column: "x" * 200}.values()))


def test_a_word_of_an_enumeration_is_bound_by_its_value() -> None:
    lane = Columns(FactorLane, "lane")
    assert fetch(f"SELECT {lane.places()}", lane.bind(Lane.KNOWN)) == [("known",)]
    use = Columns(Usage, "cap", "key", "at")
    assert fetch(f"SELECT {use.places()}", use.bind(CapName.IP, "k", None)) == [("ip", "k", None)]


@pytest.mark.parametrize("model", [Challenge, Delivery, Factor])
def test_every_column_comes_back_as_it_was_written(model: Any) -> None:
    stopped().start()
    before = model.objects.get()
    columns = every_column(model)
    assert len(columns) == len(model._meta.concrete_fields)
    (row,) = fetch(f"SELECT {columns.places()}", columns.bind_all(before))
    after = columns.read(row)
    assert not after.get_deferred_fields()
    for field in model._meta.concrete_fields:
        value, known = getattr(after, field.attname), getattr(before, field.attname)
        if hasattr(known, "reveal"):
            value, known = value.reveal(), known.reveal()
        assert (bytes(value) if isinstance(value, memoryview | bytes) else value) == (
            bytes(known) if isinstance(known, memoryview | bytes) else known
        ), field.name


def test_a_moment_keeps_its_microseconds_and_its_zone() -> None:
    at = timezone.now() + timedelta(microseconds=1)
    columns = Columns(Challenge, "expires_at")
    assert fetch(f"SELECT {columns.places()}", columns.bind(at)) == [(at,)]
