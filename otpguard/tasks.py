"""Celery tasks: fetch ids, call one flow. And the sweeper thread of every worker (C9).

Where `CELERY_DB_REUSE_MAX` keeps connections from task to task, nobody but the task itself looks
whether they still work: so each begins with that.

The thread is started when a worker is ready, so whoever runs a worker runs the timers: there is
no beat and no countdown to lose. Use the `threads` pool for the queue that sends.
"""

from __future__ import annotations

import logging
from threading import Event, Thread
from time import monotonic
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown
from django.db import close_old_connections, connections
from django.utils import timezone

from otpguard.flows.deliver import deliver as deliver_flow
from otpguard.flows.end import end as end_flow
from otpguard.flows.notify import send_notice
from otpguard.flows.poll import poll as poll_flow
from otpguard.flows.replace import replace_due
from otpguard.flows.sweep import purge, sweep
from otpguard.queue import DELIVER, END, NOTIFY, POLL

logger = logging.getLogger("otpguard.sweeper")

ROUND_SECONDS = 0.25
BUSY_SECONDS = 0.05
"""Between two rounds of which the first found timers: more are likely to come due."""
PURGE_SECONDS = 60.0
"""Between two looks at what can wait a minute: lapsed requests, replaced numbers."""


@shared_task(name=DELIVER, ignore_result=True)
def deliver(delivery_id: str) -> None:
    """Send one delivery of the outbox. A repeat does nothing."""
    close_old_connections()
    deliver_flow(delivery_id=delivery_id, now=timezone.now())


@shared_task(name=NOTIFY, ignore_result=True)
def notify(notice_id: str) -> None:
    """Send one notice of the outbox. A repeat does nothing."""
    close_old_connections()
    send_notice(notice_id=notice_id, now=timezone.now())


@shared_task(name=END, ignore_result=True)
def end(delivery_id: str) -> None:
    """Tell the vendor of one delivery how it ended. A repeat does no harm."""
    close_old_connections()
    end_flow(delivery_id=delivery_id, now=timezone.now())


@shared_task(name=POLL, ignore_result=True)
def poll(delivery_id: str) -> None:
    """Ask the vendor of one delivery what became of it. A repeat does no harm."""
    close_old_connections()
    poll_flow(delivery_id=delivery_id, now=timezone.now())


class Sweeper(Thread):
    """Runs the sweep four times a second, or oftener while timers come due, until stopped.

    A failing round is logged, not fatal.
    """

    def __init__(self) -> None:
        super().__init__(name="otpguard-sweeper", daemon=True)
        self._stopped = Event()

    def run(self) -> None:
        """Sweep until `stop`."""
        pause, purged_at = ROUND_SECONDS, monotonic()
        while not self._stopped.wait(pause):
            with_purge = monotonic() - purged_at >= PURGE_SECONDS
            busy = self._round(with_purge=with_purge)
            pause = BUSY_SECONDS if busy else ROUND_SECONDS
            if with_purge:
                purged_at = monotonic()
        connections.close_all()

    def stop(self) -> None:
        """End after the running round, at most a few seconds."""
        self._stopped.set()
        self.join(timeout=5)

    def _round(self, *, with_purge: bool) -> bool:
        """True when timers were due."""
        now = timezone.now()
        try:
            close_old_connections()
            swept = sweep(now=now)
            if with_purge:
                purge(now=now)
                replace_due(now=now)
        except Exception:
            # Whatever it is, no timer of this process would ever fire again without this thread.
            logger.exception("a round of the sweep failed; the next one tries again")
            return False
        return swept.fell_back > 0


_running: list[Sweeper] = []


def start_sweeper(**_: Any) -> None:  # noqa: ANN401 (a signal's rest)
    """Start this process's sweeper, once."""
    if not _running:
        sweeper = Sweeper()
        sweeper.start()
        _running.append(sweeper)


def stop_sweeper(**_: Any) -> None:  # noqa: ANN401 (a signal's rest)
    """Stop it again."""
    while _running:
        _running.pop().stop()


def connect() -> None:
    """Let every worker of this project sweep; called once when Django is ready.

    Importing this module has registered the tasks by then, also in a web process that never
    looked for any.
    """
    worker_ready.connect(start_sweeper, dispatch_uid="otpguard.sweeper")
    worker_shutdown.connect(stop_sweeper, dispatch_uid="otpguard.sweeper")
