"""The points at which a worker of the crash tests dies.

`arm` names one; the process kills itself with SIGKILL when it gets there for the n-th time, and
before that writes down which deliveries were between their send and their record just then.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from threading import Lock, local
from typing import Any

from celery.signals import task_postrun, task_prerun
from django.db.backends.signals import connection_created

POINTS = ("before claim", "after claim", "after send", "before record")

_gate = Lock()
_armed: dict[str, Any] = {}
_between: set[str] = set()
_mine = local()


def arm(point: str, *, left: int, log: Path) -> None:
    """Die at `point` when it is reached for the `left`-th time, and say so in `log`."""
    _armed.update(point=point, left=left, log=log)
    task_prerun.connect(_begun)
    task_postrun.connect(_done)
    connection_created.connect(_watch)


def reach(point: str) -> None:
    """Pass a point, or die at it."""
    if _armed.get("point") != point:
        return
    with _gate:  # a process that dies here never opens it again: nobody sends meanwhile
        _armed["left"] -= 1
        if _armed["left"] == 0:
            line = json.dumps({"point": point, "between": sorted(_between)})
            with _armed["log"].open("a") as log:
                log.write(line + "\n")
            os.kill(os.getpid(), signal.SIGKILL)


def enter(key: str) -> None:
    """From now on the vendor may have this delivery, and the database does not know of it."""
    if not _armed:
        return  # nothing would ever take the key out again
    with _gate:
        _between.add(key)
    _mine.key = key


def _begun(**_: Any) -> None:
    _mine.key = ""
    reach("before claim")


def _done(**_: Any) -> None:
    with _gate:
        _between.discard(getattr(_mine, "key", ""))


def _watch(*, connection: Any, **_: Any) -> None:
    connection.execute_wrappers.append(_execute)


def _execute(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    if getattr(_mine, "key", "") and str(sql).startswith('UPDATE "otpguard_delivery"'):
        reach("before record")
    return execute(sql, params, many, context)
