"""Databases that a simulation makes for itself, keeps in a state, and drops."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from otpguard.exceptions import OtpguardError


class DatabaseInUseError(OtpguardError):
    """The database of a simulation is there already: it may be somebody's."""

    code = "simulation_database_in_use"


class ThrowAway(Protocol):
    """A database that can be kept in a state and put back into it."""

    def options(self, base: Mapping[str, Any]) -> dict[str, Any]:
        """The entry of DATABASES that leads to it, from the project's own."""

    def create(self, kept: str) -> None:
        """Make it: empty, or as it was kept under that name. Raises DatabaseInUseError, or the
        database's own error, if there is one already."""

    def keep(self, name: str) -> None:
        """Keep what is in it now. Connections must be closed."""

    def drop_database(self) -> None:
        """Delete it, but not what was kept."""


class SqliteFile:
    """A file in `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._path = folder / f"{name}.sqlite3"

    def options(self, base: Mapping[str, Any]) -> dict[str, Any]:
        """See ThrowAway. A crash may lose it, so it need not wait for the disk."""
        fast = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
        usual = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False}
        empty = dict.fromkeys(("USER", "PASSWORD", "HOST", "PORT"), "")
        return {
            **usual,
            **empty,
            "CONN_MAX_AGE": None,
            "TIME_ZONE": None,
            "TEST": dict(base.get("TEST", {})),
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(self._path),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": fast},
        }

    def create(self, kept: str) -> None:
        """See ThrowAway."""
        if self._path.exists():
            raise DatabaseInUseError(f"{self._path} is there already")
        if kept:
            shutil.copyfile(self._folder / f"{kept}.kept", self._path)

    def keep(self, name: str) -> None:
        """See ThrowAway."""
        shutil.copyfile(self._path, self._folder / f"{name}.kept")

    def drop_database(self) -> None:
        """See ThrowAway."""
        self._path.unlink(missing_ok=True)


class PostgresDatabase:
    """A new database on the server of the project's `alias`, whose role must be allowed to create
    databases. What is kept is a database too; `forget` drops it."""

    def __init__(self, alias: str, name: str) -> None:
        self._alias = alias
        self._name = name

    def options(self, base: Mapping[str, Any]) -> dict[str, Any]:
        """See ThrowAway. Without a pool, for a database with connections cannot be copied."""
        del base
        return self._entry(self._name)

    def create(self, kept: str) -> None:
        """See ThrowAway."""
        self._copy(kept, self._name)

    def keep(self, name: str) -> None:
        """See ThrowAway."""
        self._copy(self._name, name)

    def drop_database(self) -> None:
        """See ThrowAway."""
        self.forget(self._name)

    def forget(self, name: str) -> None:
        """Drop what was kept under that name, if there is such a thing."""
        self._run("DROP DATABASE IF EXISTS {}", name)

    def _copy(self, source: str, to: str) -> None:
        self._run("CREATE DATABASE {} TEMPLATE {}", to, source or "template0")

    def _entry(self, name: str) -> dict[str, Any]:
        entry = dict(connections.settings[self._alias])
        options = {key: value for key, value in entry["OPTIONS"].items() if key != "pool"}
        return {**entry, "NAME": name, "OPTIONS": options, "CONN_MAX_AGE": None}

    def _run(self, statement: str, *names: str) -> None:
        server: BaseDatabaseWrapper = connections.create_connection(self._alias)
        server.settings_dict = self._entry("postgres")
        quoted = [server.ops.quote_name(name) for name in names]
        try:
            with server.cursor() as cursor:
                cursor.execute(statement.format(*quoted))
        finally:
            server.close()
