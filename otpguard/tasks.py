"""Celery tasks: fetch ids, call one flow. And the sweeper thread of every worker (C9).

If `CELERY_DB_REUSE_MAX` keeps connections from task to task, Celery does not check whether they
still work, so each task checks first.

The thread starts when a worker is ready. Running a worker therefore runs the timers: there is no
beat and no countdown to lose. Use the `threads` pool for the queue that sends.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any

from celery import shared_task
from django.db import close_old_connections, connections
from django.utils import timezone
from django.utils.module_loading import import_string

from otpguard.core.sweep_run import SweepRun
from otpguard.database import leave_pool
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.delivery.status_poll import poll_delivery
from otpguard.flows.delivery.vendor_closing import make_closing_call
from otpguard.flows.factor.replace import replace_due
from otpguard.flows.notice.notify import send_notice
from otpguard.flows.purge.purge import Purge
from otpguard.flows.route.whatsapp_state import enqueue_due_reads
from otpguard.flows.route.whatsapp_state import read_sender as read_whatsapp_sender
from otpguard.flows.sweep import purge_old_rows, sweep
from otpguard.flows.tenant.enrollment_due import Reminded, remind_due
from otpguard.flows.tenant.exception_expiry import remind_of_exceptions
from otpguard.queue import CLOSE_AT_VENDOR, DELIVER, NOTIFY, POLL_STATUS, READ_SENDER, SWEEP_RUN

logger = logging.getLogger("otpguard.sweeper")

ROUND_SECONDS = 0.25
BUSY_SECONDS = 0.05
"""Between two rounds of which the first found timers: more are likely to come due."""
PURGE_SECONDS = 60.0
"""Between two looks at what can wait a minute: lapsed requests, replaced numbers, reminders,
WhatsApp senders that are to be read again."""
PURGE_AGAIN_SECONDS = 1.0
"""Between two batches of old rows; timers come first."""


@shared_task(name=DELIVER, ignore_result=True)
def deliver(delivery_id: str) -> None:
    """Send one delivery of the outbox. A repeat does nothing."""
    close_old_connections()
    deliver_code(delivery_id=delivery_id, now=timezone.now())


@shared_task(name=NOTIFY, ignore_result=True)
def notify(notice_id: str) -> None:
    """Send one notice of the outbox. A repeat does nothing."""
    close_old_connections()
    send_notice(notice_id=notice_id, now=timezone.now())


@shared_task(name=CLOSE_AT_VENDOR, ignore_result=True)
def close_at_vendor(delivery_id: str) -> None:
    """Tell the vendor of one delivery how it ended. A repeat does no harm."""
    close_old_connections()
    make_closing_call(delivery_id=delivery_id, now=timezone.now())


@shared_task(name=POLL_STATUS, ignore_result=True)
def poll_status(delivery_id: str) -> None:
    """Ask the vendor of one delivery what became of it. A repeat does no harm."""
    close_old_connections()
    poll_delivery(delivery_id=delivery_id, now=timezone.now())


@shared_task(name=READ_SENDER, ignore_result=True)
def read_sender(sender_id: str) -> None:
    """Ask the vendor how one WhatsApp sender stands. A repeat does no harm."""
    close_old_connections()
    read_whatsapp_sender(sender_id=sender_id, now=timezone.now())


class Sweeper(Thread):
    """Runs the sweep every `round_seconds`, or oftener while timers come due, until stopped.

    A failing round is logged, not fatal.
    """

    def __init__(self, *, round_seconds: float = ROUND_SECONDS) -> None:
        super().__init__(name="otpguard-sweeper", daemon=True)
        self._round_seconds = round_seconds
        self._stopped = Event()
        self._purge = Purge()
        self._reminded = Reminded()
        self.last: SweepRun | None = None

    def run(self) -> None:
        """Sweep until `stop`."""
        leave_pool()
        pause, purged_at, batch_at = self._round_seconds, monotonic(), monotonic()
        while not self._stopped.wait(pause):
            with_purge = monotonic() - purged_at >= PURGE_SECONDS
            busy = self._round(with_purge=with_purge)
            pause = BUSY_SECONDS if busy else self._round_seconds
            if with_purge:
                purged_at = monotonic()
            if not busy and monotonic() - batch_at >= PURGE_AGAIN_SECONDS:
                self._purge_batch()
                batch_at = monotonic()
        connections.close_all()

    def stop(self) -> None:
        """End after the running round, at most a few seconds."""
        self._stopped.set()
        self.join(timeout=5)

    def _round(self, *, with_purge: bool) -> bool:
        """True when timers were due."""
        now, began = timezone.now(), monotonic()
        try:
            close_old_connections()
            swept = sweep(now=now)
            if with_purge:
                purge_old_rows(now=now)
                replace_due(now=now)
                enqueue_due_reads(now=now)
                remind_of_exceptions(now=now)
                self._reminded = remind_due(now=now, after=self._reminded.after)
        except Exception:
            # Whatever it is, no timer of this process would ever fire again without this thread.
            logger.exception("a round of the sweep failed; the next one tries again")
            self._keep_run(began, 0, failed=True)
            return False
        self._keep_run(began, swept.rows, failed=False)
        return swept.fell_back > 0

    def _keep_run(self, began: float, rows: int, *, failed: bool) -> None:
        """Keep the figures of the round, for the doctor that asks this worker."""
        now, took = timezone.now(), timedelta(seconds=monotonic() - began)
        known = self.last or SweepRun(ended_at=now, took=took, rows=0, rounds=0, rows_in_all=0)
        self.last = known.following(ended_at=now, took=took, rows=rows, failed=failed)

    def _purge_batch(self) -> None:
        """Delete one batch of old rows, if there are some; a failure is tried again later."""
        try:
            self._purge.step(now=timezone.now())
        except Exception:
            logger.exception("old rows could not be purged; the next batch tries again")


_running: list[Sweeper] = []


def start_sweeper(**_: Any) -> None:  # noqa: ANN401 (a signal's rest)
    """Start this process's sweeper, once."""
    if not _running:
        # By its path: a web process imports this module too, and needs no worker's code.
        inspect_command = import_string("celery.worker.control.inspect_command")
        inspect_command(name=SWEEP_RUN)(tell_sweep_run)
        sweeper = Sweeper()
        sweeper.start()
        _running.append(sweeper)


def tell_sweep_run(_state: object, **_: Any) -> dict[str, Any]:  # noqa: ANN401 (a command's rest)
    """Answer the doctor's question how the last round of this worker went."""
    runs = [sweeper.last for sweeper in _running if sweeper.last is not None]
    return runs[0].data() if runs else {}


def stop_sweeper(**_: Any) -> None:  # noqa: ANN401 (a signal's rest)
    """Stop it again."""
    while _running:
        _running.pop().stop()
