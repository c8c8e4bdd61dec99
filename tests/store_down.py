"""A PostgreSQL that takes no connection any more, or no write, for the length of a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import psycopg
from django.db import OperationalError, connection


@contextmanager
def store_down() -> Iterator[None]:
    """The database is there and lets no one in; sessions that were open have ended."""
    with _altered("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true"):
        yield


@contextmanager
def read_only_store() -> Iterator[None]:
    """What can be read is read; every write is refused, as by a standby server."""
    with _altered("SET default_transaction_read_only = on", "RESET default_transaction_read_only"):
        yield


@contextmanager
def no_answer() -> Iterator[None]:
    """This connection gets no answer any more, for tests inside a transaction."""

    def lost(*_args: object) -> NoReturn:
        raise OperationalError("no answer")

    with connection.execute_wrapper(lost):
        yield


@contextmanager
def _altered(before: str, after: str) -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    params = {**connection.get_connection_params(), "dbname": "postgres"}
    words = ("host", "port", "user", "password", "dbname")
    known = {word: params[word] for word in words if params.get(word)}
    with psycopg.connect(**known, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" {before}')
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        connection.close()  # the next statement finds the server as it is now
        try:
            yield
        finally:
            server.execute(f'ALTER DATABASE "{name}" {after}')
            connection.close()
