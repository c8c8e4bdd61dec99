"""Statements are prepared where the project says so, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard.models.prepared import prepared_cursor
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
