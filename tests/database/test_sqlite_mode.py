"""SQLite under DEBUG: begun IMMEDIATE by us, said once; what the project sets stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bare import run_bare

SHOW = """
from django.core.checks import run_checks
from django.db import connection

with connection.cursor() as cursor:
    waits = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
connection.close()
errors = [m.id for m in run_checks(databases=["default"]) if m.id == "otpguard.E015"]
connection.ensure_connection()
print(connection.transaction_mode, waits, errors)
"""


def shown(home: Path, *, debug: bool = True, options: dict[str, Any] | None = None) -> str:
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "bare.sqlite3",
        "OPTIONS": options or {},
    }
    code = f"settings.DATABASES['default'].update({database!r})\n" + SHOW
    return run_bare(home, code, debug=debug)[0].strip()


@pytest.mark.parametrize(
    ("debug", "options", "found"),
    [
        (True, {}, "IMMEDIATE 20000 []"),
        (True, {"timeout": 7}, "IMMEDIATE 7000 []"),
        (True, {"transaction_mode": "DEFERRED"}, "DEFERRED 20000 ['otpguard.E015']"),
        (False, {}, "None 5000 ['otpguard.E015']"),
        (False, {"transaction_mode": "IMMEDIATE", "timeout": 20}, "IMMEDIATE 20000 []"),
    ],
)
def test_the_mode_is_ours_under_debug_alone_and_what_is_set_stays(
    tmp_path: Path, debug: bool, options: dict[str, Any], found: str
) -> None:
    assert shown(tmp_path, debug=debug, options=options) == found


def test_it_is_said_once(tmp_path: Path) -> None:
    code = """
from django.db import connection
for _ in range(3):
    connection.ensure_connection()
    connection.close()
"""
    _, log = run_bare(tmp_path, code)
    assert log.count("transactions of SQLite are begun IMMEDIATE") == 1


def test_the_hosts_tests_are_treated_as_their_settings_say(tmp_path: Path) -> None:
    """Django's test runner turns DEBUG off after the start."""
    code = "\nfrom django.test.utils import setup_test_environment\nsetup_test_environment()\n"
    printed, _ = run_bare(tmp_path, code + SHOW)
    assert printed.strip() == "IMMEDIATE 20000 []"
