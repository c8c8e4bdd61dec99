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
from otpguard.flows.audit.nightly import run_check
from otpguard.flows.audit.publish import publish_heads
from otpguard.flows.closure.close import close_due
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.delivery.status_poll import poll_delivery
from otpguard.flows.delivery.vendor_closing import make_closing_call
from otpguard.flows.factor.replace import replace_due
from otpguard.flows.federation.due_domains import enqueue_due_domains, look_again
from otpguard.flows.federation.due_polls import enqueue_due_polls
from otpguard.flows.key.reminder import remind_of_rotation
from otpguard.flows.notice.notify import send_notice
from otpguard.flows.password_reset.send_link import send_reset_link as work_off_reset
from otpguard.flows.privacy.retention import NightlyPurge
from otpguard.flows.pumping.learn import BATCH as LEARN_BATCH
from otpguard.flows.pumping.learn import learn_outcomes
from otpguard.flows.pumping.money.close_channel import close_after_loss
from otpguard.flows.purge.purge import Purge
from otpguard.flows.release.expire import tend_releases
from otpguard.flows.release.produce import produce_release
from otpguard.flows.route.whatsapp_state import enqueue_due_reads
from otpguard.flows.route.whatsapp_state import read_sender as read_whatsapp_sender
from otpguard.flows.siem.send import send_stream as send_events
from otpguard.flows.sweep import purge_old_rows, sweep
from otpguard.flows.tenant.enrollment_due import Reminded, remind_due
from otpguard.flows.tenant.exception_expiry import remind_of_exceptions
from otpguard.limits.limiter import recover_limiter
from otpguard.queue import (
    CHECK_DOMAIN,
    CHECK_LOG,
    CLOSE_AT_VENDOR,
    DELIVER,
    NOTIFY,
    POLL_SIGNALS,
    POLL_STATUS,
    PRODUCE,
    PUBLISH_HEADS,
    READ_SENDER,
    SEND_RESET_LINK,
    SEND_STREAM,
    SWEEP_RUN,
)

logger = logging.getLogger("otpguard.sweeper")

ROUND_SECONDS = 0.25
RECOVER_SECONDS = 1.0
"""Between two looks at whether the limiter has lost its store."""
BUSY_SECONDS = 0.05
"""Between two rounds of which the first found timers: more are likely to come due."""
PURGE_SECONDS = 60.0
"""Between two looks at what can wait a minute: lapsed requests, replaced numbers, reminders,
WhatsApp senders that are to be read again, events that wait at identity providers."""
LEARN_SECONDS = 5.0
"""Between two looks at what came of sends: a pumped prefix is blocked that much later."""
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


@shared_task(name=SEND_RESET_LINK, ignore_result=True)
def send_reset_link(request_id: str) -> None:
    """Look up who has asked for a new password, and send the link. A repeat does nothing."""
    close_old_connections()
    work_off_reset(request_id=request_id, now=timezone.now())


@shared_task(name=PRODUCE, ignore_result=True)
def produce(release_id: str) -> None:
    """Make the file of one release. A repeat does nothing."""
    close_old_connections()
    produce_release(release_id=release_id, now=timezone.now())


@shared_task(name=SEND_STREAM, ignore_result=True)
def send_stream(stream_id: str) -> None:
    """Send what waits in one stream of events. A repeat sends nothing twice."""
    close_old_connections()
    send_events(stream_id=stream_id, clock=timezone.now)


@shared_task(name=POLL_SIGNALS, ignore_result=True)
def poll_signals(stream_id: str) -> None:
    """Ask one identity provider for security events. A repeat ends nothing twice."""
    close_old_connections()
    # By its path: most projects have no identity provider, and not the package for its tokens.
    poll_stream = import_string("otpguard.flows.federation.poll_signals.poll_stream")
    poll_stream(stream_id=stream_id, now=timezone.now())


@shared_task(name=CHECK_DOMAIN, ignore_result=True)
def check_domain(domain_id: str) -> None:
    """Look again at the DNS record of one e-mail domain. A repeat does no harm."""
    close_old_connections()
    look_again(domain_id=domain_id, now=timezone.now())


@shared_task(name=PUBLISH_HEADS, ignore_result=True)
def publish_new_heads() -> None:
    """Send the newest head of the audit log to each place that waits for it. A repeat does no
    harm."""
    close_old_connections()
    publish_heads(now=timezone.now())


@shared_task(name=CHECK_LOG, ignore_result=True)
def check_log(check_id: str) -> None:
    """Run one check of the audit log. A repeat does nothing while it runs."""
    close_old_connections()
    run_check(check_id=int(check_id), clock=timezone.now)


class Sweeper(Thread):
    """Runs the sweep every `round_seconds`, or oftener while timers come due, until stopped.

    A failing round is logged, not fatal.
    """

    def __init__(self, *, round_seconds: float = ROUND_SECONDS) -> None:
        super().__init__(name="otpguard-sweeper", daemon=True)
        self._round_seconds = round_seconds
        self._stopped = Event()
        self._purge = Purge()
        self._log_purge = NightlyPurge()
        self._reminded = Reminded()
        self.last: SweepRun | None = None

    def run(self) -> None:
        """Sweep until `stop`."""
        leave_pool()
        pause, purged_at, batch_at = self._round_seconds, monotonic(), monotonic()
        recovered_at = purged_at
        learned_at = monotonic()
        while not self._stopped.wait(pause):
            with_purge = monotonic() - purged_at >= PURGE_SECONDS
            busy = self._round(with_purge=with_purge)
            pause = BUSY_SECONDS if busy else self._round_seconds
            if with_purge:
                purged_at = monotonic()
            if monotonic() - recovered_at >= RECOVER_SECONDS:
                self._recover_limiter()
                recovered_at = monotonic()
            if not busy and monotonic() - batch_at >= PURGE_AGAIN_SECONDS:
                self._purge_batch()
                batch_at = monotonic()
            if monotonic() - learned_at >= LEARN_SECONDS:
                full = self._learn() >= LEARN_BATCH
                # With more to read, after the next round: timers come first.
                learned_at = monotonic() - (LEARN_SECONDS if full else 0.0)
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
                close_after_loss(now=now)
                tend_releases(now=now)
                close_due(now=now)
                replace_due(now=now)
                enqueue_due_reads(now=now)
                enqueue_due_polls(now=now)
                enqueue_due_domains(now=now)
                remind_of_exceptions(now=now)
                remind_of_rotation(now=now)
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

    def _recover_limiter(self) -> None:
        """Let the limiter mend its store; a failure is tried again a moment later."""
        try:
            recover_limiter(now=timezone.now())
        except Exception:
            logger.exception("the limiter could not be mended; the database goes on counting")

    def _purge_batch(self) -> None:
        """Delete one batch of old rows, if there are some, and one of old events; a failure is
        tried again later."""
        try:
            self._purge.step(now=timezone.now())
        except Exception:
            logger.exception("old rows could not be purged; the next batch tries again")
        try:
            self._log_purge.step(now=timezone.now())
        except Exception:
            logger.exception("old events of a log could not be purged; the next log is tried")

    def _learn(self) -> int:
        """Count what came of sends; how many challenges were read. A failure is tried again."""
        try:
            return learn_outcomes(now=timezone.now())
        except Exception:
            logger.exception("nothing was learned from what came of sends; the next round tries")
            return 0


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
