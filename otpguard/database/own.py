"""Which database is ours, and the connection of this thread to it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, cast

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model


def alias() -> str:
    """The alias in DATABASES that otpguard's tables are written to, by the project's routers.

    Asked each time, as Django does. All tables are in one database, which a system check demands.
    """
    # Without routers Django would say the same, ten times slower, several times a statement.
    return router.db_for_write(_model()) if router.routers else DEFAULT_DB_ALIAS


@lru_cache(maxsize=1)
def _model() -> type[Model]:
    return apps.get_model("otpguard", "Challenge")


def leave_pool() -> None:
    """Let this thread's connection stay out of psycopg's pool.

    A pool must not be there when a process forks: its copy in the child ends the parent's
    connections when it is closed. For threads of a process that may fork.
    """
    mine = connections[alias()]
    options = dict(mine.settings_dict["OPTIONS"])
    if options.pop("pool", None):
        mine.settings_dict = {**mine.settings_dict, "OPTIONS": options, "CONN_MAX_AGE": 60}


@cache
def _vendor_of(engine: str) -> str:  # noqa: ARG001 (the key: each engine has one vendor)
    return connections[alias()].vendor


class _Connection:
    """Stands for the connection of the thread that uses it, as Django's own proxy does."""

    @property
    def vendor(self) -> str:
        """What every statement asks first. Without the connection, which is found by its thread
        and, under asyncio, by its task."""
        return _vendor_of(connections.settings[alias()]["ENGINE"])

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a connection has)
        return getattr(connections[alias()], name)


connection = cast("BaseDatabaseWrapper", _Connection())
"""The connection to our database; to be used like `django.db.connection`."""
