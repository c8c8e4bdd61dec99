"""Say once, while a site is being developed, that no worker is there to send what was queued."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from threading import Timer

logger = logging.getLogger("otpguard.missing_worker")

PATIENCE_SECONDS = 10.0
"""After the first message of the process. A worker that was started beside it is up by then."""

_LOOKED: set[int] = set()
"""The processes that look, or have looked."""


def look_soon(ask: Callable[[], int | None], *, app: str) -> None:
    """Ask in ten seconds how many workers answer, once a process; log what to do if none does.

    `ask` returns their number, None for a broker that is away; `app` is what `celery -A` is given.
    """
    if os.getpid() in _LOOKED:
        return
    _LOOKED.add(os.getpid())
    timer = Timer(PATIENCE_SECONDS, look, args=(ask,), kwargs={"app": app})
    timer.daemon = True
    timer.start()


def look(ask: Callable[[], int | None], *, app: str) -> None:
    """Ask how many workers answer, and log what to do if none does."""
    answered = ask()
    if answered:
        return
    lacking = "the broker is away" if answered is None else "no worker answers"
    command = f"celery -A {app} worker -P threads -c 8"
    logger.warning("%s, so messages wait: start a worker with `%s`", lacking, command)
