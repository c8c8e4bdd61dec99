"""The seam to Celery: a flow names a task and its ids, and it runs after the commit.

Tasks are taken from the task registry, so flows import no task and settings such as eager mode
keep working. When the broker is away the row in the outbox stays, and the sweep sends it later.
"""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger("otpguard.queue")

DELIVER = "otpguard.deliver"
NOTIFY = "otpguard.notify"
END = "otpguard.end"


def enqueue(task: str, **ids: str) -> None:
    """Run `task` with `ids` (never secrets) after the current transaction commits."""
    transaction.on_commit(partial(_publish, task, ids))


def _publish(task: str, ids: dict[str, str]) -> None:
    try:
        current_app.tasks[task].apply_async(kwargs=ids, retry=False)
    except (OperationalError, OSError):
        logger.warning("the broker is away; the sweep will run %s later", task)
