"""A PostgreSQL of its own for a crash test, which ends without a word and comes back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.crash.stage import ended_as
from tests.postgres import Postgres
from tests.worker import ROOT

NAME = "failing"
# Nothing survives a power cut, but what was committed survives the end of the server.
OPTIONS = ("-F",)
ENDINGS = """
    SELECT c.state, c.step, c.undeliverable,
           EXISTS (SELECT 1 FROM otpguard_delivery d
                   WHERE d.challenge_id = c.id AND d.state = 'delivered')
    FROM otpguard_challenge c
"""


class Database:
    """The server and the one database on it, seen from a test without Django."""

    def __init__(self, home: Path) -> None:
        self._server = Postgres(home, options=OPTIONS)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self._server.url}/{NAME}"

    def start(self) -> None:
        """Come up; the next stop is an immediate one."""
        self._server.start(stop_with=signal.SIGQUIT)

    def stop(self) -> None:
        """End at once: no session is told, nothing is finished."""
        self._server.stop()

    def make(self) -> None:
        """Bring the tables into being."""
        with psycopg.connect(f"{self._server.url}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {NAME}")
        settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "OTPGUARD_TEST_DATABASE": self.url}
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "-v", "0"],
            cwd=ROOT,
            env={**os.environ, **settings},
            check=True,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What it answers."""
        with psycopg.connect(self.url, connect_timeout=5) as connection:
            return connection.execute(query).fetchall()

    def endings(self) -> Counter[str]:
        """How many challenges ended in which way."""
        return Counter(
            ended_as(state, step, arrived, undeliverable)
            for state, step, undeliverable, arrived in self.rows(ENDINGS)
        )

    def under_way(self) -> set[tuple[str, datetime]]:
        """The deliveries that somebody has claimed and not recorded, each with its claim."""
        found = self.rows("SELECT id, lease_until FROM otpguard_delivery WHERE state = 'sending'")
        return {(str(pk), until) for pk, until in found}


@contextmanager
def own_database() -> Iterator[Database]:
    """A running one, with its tables."""
    home = Path(tempfile.mkdtemp(prefix="otpguard-failing-"))
    try:
        database = Database(home)
        try:
            database.start()
            database.make()
            yield database
        finally:
            database.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)
