"""The worker in the web process: a few threads that send what is queued, and one that sweeps.

It is for trying out, and for a small site that asks for it. The outbox and the sweep are those of a
worker of Celery, so what is lost with the process is sent by the next one. One for each process: a
child that was forked makes its own. All threads are daemons, so a vendor that hangs never delays
the end of the process.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from threading import Lock, Thread

from django.db import connections
from django.utils.module_loading import import_string

logger = logging.getLogger("otpguard.inline_worker")

SENDERS = 4
"""How many calls run at once: a vendor that hangs takes one."""

SWEEPER = "otpguard.tasks.Sweeper"
"""A door, which this floor knows by name alone."""

ROUND_SECONDS = 1.0
"""Between two sweeps. Timers are seconds, and a web process has other things to do."""

_Call = tuple[Callable[..., object], Mapping[str, str]]

_LOCK = Lock()
_QUEUES: dict[int, SimpleQueue[_Call]] = {}
"""What is to be called, by the number of the process."""


def run(task: Callable[..., object], calls: Sequence[Mapping[str, str]]) -> None:
    """Call `task` soon, in a thread of this process, once for each of `calls`.

    Returns at once. The first one in a process starts its threads. A call that fails is logged, and
    the sweep tries its row again.
    """
    with _LOCK:
        queue = _QUEUES.get(os.getpid())
        if queue is None:
            queue = _QUEUES[os.getpid()] = SimpleQueue()
            _start(queue)
    for ids in calls:
        queue.put((task, ids))


def _start(queue: SimpleQueue[_Call]) -> None:
    for number in range(SENDERS):
        name = f"otpguard-sender-{number}"
        Thread(target=_send, args=(queue,), name=name, daemon=True).start()
    import_string(SWEEPER)(round_seconds=ROUND_SECONDS).start()
    logger.info("messages are sent by threads of this process (OTPGUARD WORKER is inline)")


def _send(queue: SimpleQueue[_Call]) -> None:
    while True:
        task, ids = queue.get()
        try:
            task(**ids)
        except Exception:
            # Whatever it is, a thread that ends would never send again.
            logger.exception("a task failed; the sweep will try it again")
        finally:
            connections.close_all()
