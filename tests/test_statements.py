"""Statements are prepared where the project says so, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.models import Challenge
from otpguard.prepared_sql import Columns
from otpguard.statements import committed_soon, fetch, prepared_cursor, run_together
from tests.flows.setting import stopped
from tests.models.rows import postgres_only

pytestmark = [pytest.mark.django_db(transaction=True), postgres_only]

SQL = "SELECT slug FROM otpguard_tenant WHERE slug = %s"


@contextmanager
def options(**options: object) -> Iterator[None]:
    """A connection that was opened with these OPTIONS."""
    before = connection.settings_dict["OPTIONS"]
    connection.close()
    connection.settings_dict["OPTIONS"] = {**before, **options}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = before


def prepared() -> int:
    """How many statements the server has prepared for us after three runs of one."""
    for slug in ("a", "b", "c"):
        with prepared_cursor() as cursor:
            cursor.execute(SQL, [slug])
            assert cursor.fetchall() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%slug%'")
        return int(cursor.fetchone()[0])


def test_without_the_option_nothing_is_prepared() -> None:
    with options():
        assert prepared() == 0


def test_with_it_one_text_is_prepared_once() -> None:
    with options(prepare_threshold=1):
        assert prepared() == 1


def test_what_runs_is_still_seen_by_whoever_watches_queries() -> None:
    with options(prepare_threshold=1), CaptureQueriesContext(connection) as seen:
        with prepared_cursor() as cursor:
            cursor.execute(SQL, ["a"])
        assert len(seen) == 1


# --- the cursor that a connection keeps -----------------------------------------------------------

FETCH = "SELECT CAST(%s AS timestamptz)"


@pytest.mark.parametrize("known", [{}, {"prepare_threshold": 1}])
def test_rows_are_the_same_prepared_or_not(known: dict[str, object]) -> None:
    at = timezone.now()
    with options(**known):
        for _ in range(3):
            assert fetch(FETCH, [at]) == [(at,)]
            assert fetch(SQL, ["a"]) == []


def test_an_error_is_djangos_own_and_the_cursor_serves_on() -> None:
    with options(prepare_threshold=1):
        with pytest.raises(DatabaseError):
            fetch("SELECT nonsense FROM nowhere WHERE 1 = %s", [1])
        assert fetch(SQL, ["a"]) == []


def test_a_broken_transaction_is_told_of_before_the_statement() -> None:
    with options(prepare_threshold=1), transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            fetch(SQL, ["a"])


def test_a_connection_that_was_lost_takes_its_cursor_along() -> None:
    with options(prepare_threshold=1):
        assert fetch(SQL, ["a"]) == []
        connection.connection.close()
        with pytest.raises(OperationalError):
            fetch(SQL, ["a"])
        connection.close_if_unusable_or_obsolete()
        assert fetch(SQL, ["a"]) == []


def test_a_connection_that_is_to_be_checked_is_checked_first() -> None:
    with options(prepare_threshold=1):
        assert fetch(SQL, ["a"]) == []
        connection.connection.close()
        connection.health_check_enabled, connection.health_check_done = True, False
        try:
            assert fetch(SQL, ["a"]) == []
        finally:
            connection.health_check_enabled = False


def test_a_watcher_sees_what_is_fetched() -> None:
    seen: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with options(prepare_threshold=1), CaptureQueriesContext(connection) as captured:
        fetch(SQL, ["a"])
        assert len(captured) == 1
    with options(prepare_threshold=1), connection.execute_wrapper(watch):
        fetch(SQL, ["a"])
    assert seen == [SQL]


# --- several at once ---------------------------------------------------------------------------


def test_what_runs_together_gives_the_rows_of_each() -> None:
    assert run_together([("SELECT 1", []), ("SELECT %s + 1", [2])]) == [[(1,)], [(3,)]]
    assert run_together([("SELECT 1 WHERE 1 = 0", [])]) == [[]]


@pytest.mark.parametrize("inside", [True, False])
def test_what_fails_together_is_not_written_and_leaves_the_connection_usable(
    *, inside: bool
) -> None:
    stopped().start()
    table = Columns(Challenge).table
    statements = [(f"UPDATE {table} SET step = 3", []), ("SELECT * FROM nowhere", [])]
    around = transaction.atomic() if inside else nullcontext()
    with around, pytest.raises(DatabaseError):
        run_together(statements)
    assert Challenge.objects.get().step == 0


# --- commits that do not wait for the disk -------------------------------------------------------


def waits_for_the_disk() -> str:
    ((found,),) = fetch("SELECT current_setting('synchronous_commit')", [])
    return str(found)


def test_a_statement_alone_may_say_that_its_commit_does_not_wait() -> None:
    before = waits_for_the_disk()
    fetch("SELECT set_config('synchronous_commit', 'on', false)", [])
    try:
        assert fetch(f"SELECT {committed_soon()}", []) == [("off",)]
        assert waits_for_the_disk() == "on", "only that one"
    finally:
        fetch("SELECT set_config('synchronous_commit', %s, false)", [before])


def test_in_a_transaction_no_statement_decides_for_the_others() -> None:
    with transaction.atomic():
        before = waits_for_the_disk()
        assert fetch(f"SELECT {committed_soon()}", []) == [(None,)]
        assert waits_for_the_disk() == before
