"""A project that is set up has loaded no door, no flow and no vendor of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

HEAVY = ("fido2", "httpx2", "httpcore2", "botocore", "segno", "defusedxml", "truststore")
"""Packages that only some uses need."""

ROOMS = (
    *("admin", "api", "checks", "flows", "forms", "http", "middleware", "tasks", "web"),
    *("channels", "factors", "limits", "transport", "reports", "testing"),
)
"""The doors, what they call, and the drivers beneath."""

SETUP = """
import sys
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="a bare project" * 4,
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth",
                    "django.contrib.sessions", "otpguard"],
)
django.setup()
"""


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SETUP + code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    return frozenset(run("print(*sys.modules)").split())


@pytest.mark.parametrize("name", [*HEAVY, "rest_framework", *(f"otpguard.{at}" for at in ROOMS)])
def test_a_bare_project_has_not_loaded_it(loaded: frozenset[str], name: str) -> None:
    assert "otpguard.models" in loaded
    assert [each for each in loaded if each == name or each.startswith(f"{name}.")] == []


def test_a_worker_knows_the_tasks_before_it_takes_the_first() -> None:
    ours = 'print(*sorted(name for name in app.tasks if name.startswith("otpguard.")))'
    for signal in ("import_modules", "celeryd_init"):
        known = run(
            f"""
from celery import Celery, signals
app = Celery("project")
before = [name for name in app.tasks if name.startswith("otpguard.")]
assert not before, before
signals.{signal}.send(sender=app)
{ours}
"""
        )
        assert "otpguard.deliver" in known.split()


def test_the_first_call_of_a_task_loads_the_tasks() -> None:
    known = run(
        """
from celery import Celery
from otpguard import queue
app = Celery("project", broker="memory://")
app.set_default()
queue._publish(queue.DELIVER, [])
print("otpguard.tasks" in sys.modules)
"""
    )
    assert known.split() == ["True"]
