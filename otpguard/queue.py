"""The seam to Celery: a flow names a task and its ids, and it runs after the commit.

Tasks are taken from the task registry, so flows import no task and settings such as eager mode
keep working. When the broker is away the row in the outbox stays, and the sweep sends it later.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from threading import Thread

from celery import Celery, current_app
from celery.app import app_or_default
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger("otpguard.queue")

DELIVER = "otpguard.deliver"
NOTIFY = "otpguard.notify"
END = "otpguard.end"
POLL = "otpguard.poll"


def enqueue(task: str, **ids: str) -> None:
    """Run `task` with `ids` (never secrets) after the current transaction commits."""
    enqueue_all(task, [ids])


def enqueue_all(task: str, calls: Sequence[Mapping[str, str]]) -> None:
    """Run `task` once for each of `calls`, its keyword arguments, after the commit."""
    if calls:
        transaction.on_commit(partial(_publish, task, calls))


def _publish(task: str, calls: Sequence[Mapping[str, str]]) -> None:
    try:
        with current_app.producer_or_acquire() as producer:
            # Kombu would try to connect for seconds: of a request, or of the thread that sweeps.
            link = producer.connection
            link.transport_options = {"max_retries": 0, **(link.transport_options or {})}
            for ids in calls:
                current_app.tasks[task].apply_async(
                    kwargs=dict(ids), retry=False, producer=producer
                )
    except (OperationalError, OSError):
        logger.warning("the broker is away; the sweep will run %s later", task)


def workers(*, seconds: float) -> int | None:
    """How many workers answer a ping within `seconds`; None when the broker cannot be reached.

    Comes back after three times that at the latest, also from a broker that hangs.
    """
    app = app_or_default()  # a thread of its own may have another
    found: list[int | None] = []
    asking = Thread(target=lambda: found.append(_ping(app, seconds)), daemon=True)
    asking.start()
    asking.join(timeout=3 * seconds)
    return found[0] if found else None


def _ping(app: Celery, seconds: float) -> int | None:
    with app.connection_for_write(connect_timeout=seconds) as link:
        lost: tuple[type[BaseException], ...] = (OperationalError, OSError)
        lost += link.connection_errors + link.channel_errors
        try:
            link.ensure_connection(max_retries=1, interval_start=0)
            return len(app.control.ping(timeout=seconds, connection=link) or ())
        except lost:
            return None
