"""A cursor whose statements are prepared, where the project allows that.

Planning is half of what a small statement costs. Django prepares nothing, for the sake of
connection poolers, unless OPTIONS has a `prepare_threshold`; then what runs through this cursor is
bound on the server, which is what prepared statements need.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """A cursor for SQL whose text is always the same. Raises DatabaseError without a database."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.settings_dict["OPTIONS"].get("prepare_threshold") is None:
        return database.cursor()
    database.ensure_connection()
    driver: Any = database.Database  # type: ignore[attr-defined]  # psycopg, by Django's name
    bound = driver.Cursor(database.connection)
    if database.queries_logged:
        return database.make_debug_cursor(bound)
    return database.make_cursor(bound)
