"""Pytest plugin: the servers the tests run against.

Loaded with `-p tests.servers`, so that it comes before Django reads its settings. It starts a
private PostgreSQL and a private Redis and publishes their URLs in the environment, where
`tests.settings` finds them. Parallel workers inherit that environment and so share the servers;
anyone may set the variables beforehand to test against servers of their own.

    OTPGUARD_TEST_DB        "sqlite" for SQLite instead of PostgreSQL
    OTPGUARD_TEST_DATABASE  postgresql://user:password@host:port/name or sqlite:///path
    OTPGUARD_TEST_REDIS     redis://host:port (databases 0 upwards are used, and emptied)
"""

from __future__ import annotations

import atexit
import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

DATABASE = "OTPGUARD_TEST_DATABASE"
REDIS = "OTPGUARD_TEST_REDIS"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start what is not there yet, and see to it that it ends."""
    asked = early_config.known_args_namespace
    if asked.help or asked.version:
        return
    running = ExitStack()
    # The second catches the endings that pass the first by; closing twice does nothing.
    early_config.add_cleanup(running.close)
    atexit.register(running.close)
    if DATABASE not in os.environ:
        _publish(running, DATABASE, _private_database())
    if REDIS not in os.environ:
        from tests.redis_server import private_redis  # noqa: PLC0415 (needs an optional package)

        _publish(running, REDIS, private_redis())


def pytest_report_header() -> str:
    """Say what the tests run against."""
    return f"servers: {os.environ.get(DATABASE)} {os.environ.get(REDIS)}"


def _private_database() -> AbstractContextManager[str]:
    if os.environ.get("OTPGUARD_TEST_DB") == "sqlite":
        return _sqlite_file()
    from tests.postgres import private_postgres  # noqa: PLC0415 (needs an optional package)

    return private_postgres()


@contextlib.contextmanager
def _sqlite_file() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="otpguard-sqlite-") as directory:
        yield f"sqlite:///{directory}/otpguard.sqlite3"


def _publish(running: ExitStack, variable: str, server: AbstractContextManager[str]) -> None:
    os.environ[variable] = running.enter_context(server)
    running.callback(os.environ.pop, variable, None)
