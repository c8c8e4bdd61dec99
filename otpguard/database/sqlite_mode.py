"""The transactions of SQLite while a site is being developed: begun IMMEDIATE, by us.

SQLite's own mode lets two transactions read and then refuses one of them to write, so every site
needs the mode (E015). A project that is being tried out is spared the lines: DEBUG decides, as the
project says it when Django starts, for the test runner turns it off later.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from otpguard.database.own import alias

logger = logging.getLogger("otpguard.database")

MODE = "IMMEDIATE"
TIMEOUT_SECONDS = 20


@cache
def is_ours() -> bool:
    """Whether we set the mode where the project sets none: under DEBUG. Asked first when Django
    starts, and the same ever after."""
    return bool(settings.DEBUG)


def begin_immediate(connection: BaseDatabaseWrapper, **_: Any) -> None:  # noqa: ANN401 (a signal's)
    """Give a new connection to our database on SQLite the mode and the timeout that it lacks.

    Listens to `connection_created`.
    """
    if connection.vendor != "sqlite" or connection.alias != alias():
        return
    options = connection.settings_dict["OPTIONS"]
    if not options.get("transaction_mode"):
        connection.transaction_mode = MODE  # type: ignore[attr-defined]  # SQLite's wrapper has it
        _say_once()
    if "timeout" not in options:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {TIMEOUT_SECONDS * 1000}")


@cache
def _say_once() -> None:
    logger.info("DEBUG is on, so transactions of SQLite are begun %s (otpguard.E015)", MODE)
