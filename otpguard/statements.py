"""Run SQL that is written by hand and whose text is always the same.

Planning is half the cost of a small statement. Django prepares nothing, because of connection
poolers, unless OPTIONS has a `prepare_threshold`; then the statements here bind on the server,
which prepared statements need.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import nullcontext
from functools import lru_cache
from itertools import count
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

from otpguard.database import alias, transaction

Rows = list[tuple[Any, ...]]

_KEPT = "_otpguard_cursors"
"""Where a connection keeps the cursors of `fetch` and `run_together`."""
_SOON = "set_config('synchronous_commit', 'off', true)"
_PLACE = re.compile("%s")


def prepared_cursor() -> CursorWrapper:
    """A cursor for such SQL. Raises DatabaseError without a database."""
    database: Any = connections[alias()]
    if database.settings_dict["OPTIONS"].get("prepare_threshold") is None:
        plain: CursorWrapper = database.cursor()
        return plain
    _connect(database)
    return _wrapped(database, database.Database.Cursor(database.connection))


def fetch(sql: str, params: Sequence[Any]) -> Rows:
    """Run one statement and return its rows, as the driver reads them. Raises DatabaseError.

    For what a request waits for. It runs on a cursor that the connection keeps: a new one looks up
    again how each type is written and read, and Django's wrappers around it cost as much again.
    """
    database: Any = connections[alias()]
    driver = database.Database
    if not hasattr(driver, "RawCursor"):
        with database.cursor() as cursor:
            return _rows(cursor, sql, params)
    _connect(database)
    if database.queries_logged or database.execute_wrappers:
        with _wrapped(database, _numbering(driver)(database.connection)) as cursor:
            return _rows(cursor, sql, params)
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return _rows(_kept_cursor(database), sql, params)


def committed_soon() -> str:
    """On PostgreSQL an expression, to be selected by a statement, with which its commit does not
    wait for the disk; inside a transaction, which may hold more than that, one that does nothing.

    Everybody sees what it wrote at once. It is lost only if the server itself dies within the next
    tenths of a second, before any later commit: what a later commit has kept, keeps it as well. So
    this is for what is only worth something together with what follows, or what is done again.
    """
    return _SOON if connections[alias()].get_autocommit() else "NULL"


def run_together(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[Rows]:
    """Run several statements in this order, and return the rows of each.

    One transaction, which commits by itself unless the caller has one. Each statement sees what was
    committed before it began, so a lock must come in one before those that rely on it. They take
    one journey, where the driver can. Raises DatabaseError for the first one that fails, with
    nothing written.
    """
    database: Any = connections[alias()]
    _connect(database)
    alone, several = database.get_autocommit(), len(statements) > 1
    pipelines = several and hasattr(database.connection, "pipeline")
    # Who wraps a statement in a transaction is told once it has run, not once it is on its way.
    if pipelines and (alone or not database.execute_wrappers):
        return _pipelined(database, statements)
    with transaction.atomic() if alone and several else nullcontext():
        return [fetch(sql, params) for sql, params in statements]


def _pipelined(database: Any, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[Rows]:  # noqa: ANN401 (Django's wrapper of one vendor)
    cursors = []
    database.validate_no_broken_transaction()
    # Outside a transaction all that is sent before the pipeline ends is one.
    with database.wrap_database_errors, database.connection.pipeline():
        for place, (sql, params) in enumerate(statements):
            if database.queries_logged or database.execute_wrappers:
                cursor = _wrapped(database, _numbering(database.Database)(database.connection))
            else:
                cursor = _kept_cursor(database, place)
            cursor.execute(sql, params)
            cursors.append(cursor)
    return [_all(cursor) for cursor in cursors]


def _rows(cursor: Any, sql: str, params: Sequence[Any]) -> Rows:  # noqa: ANN401 (of any driver)
    cursor.execute(sql, params)
    return _all(cursor)


def _all(cursor: Any) -> Rows:  # noqa: ANN401 (the same)
    # Asked for a description, psycopg describes each column once more.
    result = getattr(cursor, "pgresult", None)
    has_rows = cursor.description is not None if result is None else result.nfields > 0
    rows: Rows = cursor.fetchall() if has_rows else []
    return rows


def _connect(database: Any) -> None:  # noqa: ANN401 (as above)
    """What Django does before it makes a cursor."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_thread_sharing()


def _wrapped(database: Any, cursor: Any) -> CursorWrapper:  # noqa: ANN401 (as above)
    """The cursor as Django gives its own out."""
    make = database.make_debug_cursor if database.queries_logged else database.make_cursor
    made: CursorWrapper = make(cursor)
    return made


def _kept_cursor(database: Any, place: int = 0) -> Any:  # noqa: ANN401 (as above)
    """One for each place in a pipeline, whose results wait until its end."""
    every = database.__dict__.setdefault(_KEPT, {})
    kept = every.get(place)
    if kept is None or kept.connection is not database.connection:
        driver = database.Database
        kept = every[place] = _numbering(driver)(database.connection)
        # Django puts its own loader, in Python, before the driver's, to turn each time to its own
        # time zone. The moment is the same without.
        times = driver.adapters.get_loader(
            driver.adapters.types["timestamptz"].oid, driver.pq.Format.TEXT
        )
        kept.adapters.register_loader("timestamptz", times)
    return kept


@lru_cache(maxsize=1)
def _numbering(driver: Any) -> type[Any]:  # noqa: ANN401 (a module)
    """A cursor that hands psycopg numbered parameters, as PostgreSQL has them: reading a long text
    for its places would cost more than running it."""

    class Numbering(driver.RawCursor):  # type: ignore[misc]  # of a driver that need not be there
        """Takes the text as Django writes it."""

        def execute(self, query: str, params: Any = None) -> Any:  # noqa: ANN401 (psycopg's)
            return super().execute(_numbered(query), params)

    return Numbering


@lru_cache(maxsize=256)
def _numbered(sql: str) -> str:
    number = count(1)
    return _PLACE.sub(lambda _: f"${next(number)}", sql)
