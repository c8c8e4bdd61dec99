"""A bare project in a process of its own, with no broker, to run a few lines in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.house.source import ROOT

SETUP = """
import logging, os, sys, threading
import django
from django.conf import settings

logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s: %(message)s")
settings.configure(
    SECRET_KEY="a bare project" * 4,
    USE_TZ=True,
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "bare.sqlite3"}}}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth",
                    "django.contrib.sessions", "otpguard"],
    DEBUG={debug},
    OTPGUARD={otpguard!r},
    SETTINGS_MODULE="bare.settings",
    **{more!r},
)
django.setup()

from celery import shared_task
from django.core.signals import request_started
from django.db import transaction
from otpguard import queue

done = threading.Event()
seen = []

@shared_task(name="host.note")
def note(word):
    seen.append((os.getpid(), word, threading.current_thread().daemon))
    if word == "fail":
        raise ValueError(word)
    done.set()

def ours():
    return sorted(t.name for t in threading.enumerate() if t.name.startswith("otpguard"))
"""


def run_bare(
    home: Path,
    code: str,
    *,
    debug: bool = True,
    otpguard: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
) -> tuple[str, str]:
    """Run `code` in a bare project at `home`; what it printed, and what it logged.

    Raises AssertionError with the log where it fails.
    """
    setup = SETUP.format(debug=debug, otpguard=otpguard or {}, more=more or {})
    ended = subprocess.run(
        [sys.executable, "-c", setup + code],
        cwd=home,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, ended.stderr
