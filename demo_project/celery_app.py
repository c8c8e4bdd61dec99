"""The Celery application of the demo, and how its worker ends with the command that started it."""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread
from typing import Any

from celery import Celery
from celery.signals import worker_ready

KEPT = "OTPGUARD_DEMO_KEPT"
"""Set in the environment of a worker whose standard input is kept open by `manage.py demo`."""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_project.settings")

app = Celery("demo_project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def end_with_the_demo(**_: Any) -> None:  # noqa: ANN401 (a signal's rest)
    """Stop this worker when standard input closes: the demo is gone, however it went."""
    if KEPT in os.environ:
        Thread(target=_wait_for_the_end, name="demo-keeper", daemon=True).start()


def _wait_for_the_end() -> None:
    # Not sys.stdin.read: a buffered reader must not be blocked when the interpreter shuts down.
    while os.read(sys.__stdin__.fileno() if sys.__stdin__ else 0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


worker_ready.connect(end_with_the_demo, dispatch_uid="demo.keeper")
