"""The seam to Celery: a flow names a task and its ids, and it runs after the commit.

Where a project that is being developed has no worker, the process itself runs them
(`inline_worker`). Tasks are taken from the task registry, so flows import no task and settings such
as eager mode keep working. The module that registers them is loaded by the first one that needs it.
When the broker is away the row in the outbox stays, and the sweep sends it later.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from importlib import import_module
from threading import Thread
from typing import Any
from weakref import WeakKeyDictionary

from celery import Celery
from celery.app import app_or_default
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from kombu import exceptions, pools
from kombu.exceptions import OperationalError

from otpguard import inline_worker, missing_worker, web_process
from otpguard.conf import settings
from otpguard.core.worker import Worker, worker_of
from otpguard.database import transaction

logger = logging.getLogger("otpguard.queue")

DELIVER = "otpguard.deliver"
NOTIFY = "otpguard.notify"
PUBLISH_HEADS = "otpguard.publish_heads"
CHECK_LOG = "otpguard.check_log"
CLOSE_AT_VENDOR = "otpguard.close_at_vendor"
POLL_STATUS = "otpguard.poll_status"
READ_SENDER = "otpguard.read_sender"
SEND_RESET_LINK = "otpguard.send_reset_link"
PRODUCE = "otpguard.produce"
SEND_STREAM = "otpguard.send_stream"
POLL_SIGNALS = "otpguard.poll_signals"
CHECK_DOMAIN = "otpguard.check_domain"

NO_WORKER = (
    "otpguard: nobody would send this message. Name a broker in CELERY_BROKER_URL and start a"
    ' worker, or set OTPGUARD["WORKER"] = "inline".'
)

SWEEP_RUN = "otpguard_sweep_run"
"""The question to a worker how its last sweep went; see `ask_workers`."""

TASKS = "otpguard.tasks"
"""The module that registers them: a door, which this floor knows by name alone."""

PUBLISH_SECONDS = 1.5
"""How long a request, or the thread that sweeps, waits for the broker at most. The row in the
outbox is committed by then, so nothing is lost."""

PING_SECONDS = 2.0
"""How long workers have to answer a developer's process."""

_DEADLINES: Mapping[str, Mapping[str, float]] = {
    "redis": {"socket_timeout": PUBLISH_SECONDS, "socket_connect_timeout": PUBLISH_SECONDS},
    "amqp": {"read_timeout": PUBLISH_SECONDS, "write_timeout": PUBLISH_SECONDS},
}
"""The options of kombu's transports that bound a single read or write."""


_HALF_PUBLISHED: type[Exception] = getattr(exceptions, "BatchPublishError", OperationalError)
"""What kombu raises from 5.7 on when the broker goes away in the middle of several messages."""

_BROKERS: MutableMapping[Celery, bool] = WeakKeyDictionary()

_POOLS: MutableMapping[Celery, tuple[int, Any]] = WeakKeyDictionary()


def enqueue(task: str, **ids: str) -> None:
    """Run `task` with `ids` (never secrets) after the current transaction commits.

    Raises ImproperlyConfigured where nobody would run it.
    """
    enqueue_all(task, [ids])


def enqueue_all(task: str, calls: Sequence[Mapping[str, str]]) -> None:
    """Run `task` once for each of `calls`, its keyword arguments, after the commit.

    Raises ImproperlyConfigured where nobody would run it.
    """
    if calls:
        if worker() is None and not web_process.is_under_test():
            raise ImproperlyConfigured(NO_WORKER)
        transaction.on_commit(partial(_hand_over, task, calls))


def worker() -> Worker | None:
    """Who runs the tasks here. None: nobody, for DEBUG is off and the project says nothing.

    To be asked while the project runs, never at import: without an application of the project's,
    Celery makes one of its own. Raises ImproperlyConfigured if OTPGUARD is wrong.
    """
    return worker_of(
        settings().worker,
        debug=django_settings.DEBUG,
        names_broker=_names_broker(app_or_default()),
    )


def _names_broker(app: Celery) -> bool:
    """Whether the project names a broker, or runs its tasks where they are called."""
    if app not in _BROKERS:  # each message asks, and Celery searches its settings for long
        named = app.conf.broker_write_url or getattr(django_settings, "CELERY_BROKER_URL", None)
        _BROKERS[app] = bool(named or app.conf.task_always_eager)
    return _BROKERS[app]


def load_tasks(**_: Any) -> None:  # noqa: ANN401 (a signal's)
    """Register the tasks with Celery. Workers do it when they start, others before the first."""
    import_module(TASKS)


@cache
def _registered() -> None:
    load_tasks()


def _hand_over(task: str, calls: Sequence[Mapping[str, str]]) -> None:
    if worker() is Worker.CELERY:
        _publish(task, calls)
    elif web_process.serves_requests():
        _registered()
        inline_worker.run(app_or_default().tasks[task], calls)
    # A command leaves the row to the sweep of the web process, and a test to `send_queued`.


def _publish(task: str, calls: Sequence[Mapping[str, str]]) -> None:
    _registered()
    app = app_or_default()
    run = app.tasks[task]  # before the net below: an unknown task is a mistake, not an outage
    pool = _producers(app)
    lost: tuple[type[BaseException], ...] = (OperationalError, OSError, _HALF_PUBLISHED)
    lost += pool.connections.connection.connection_errors
    try:
        with (
            pool.acquire(block=True, timeout=PUBLISH_SECONDS) as producer,
            _together(producer, calls),
        ):
            for ids in calls:
                run.apply_async(kwargs=dict(ids), retry=False, producer=producer, **_reprs(ids))
    except lost:
        logger.warning("the broker is away; the sweep will run %s later", task)
    if django_settings.DEBUG and web_process.serves_requests():
        _look_for_workers(app)


def _look_for_workers(app: Celery) -> None:
    """Tell a developer soon if no worker runs; where workers answer no questions, nobody knows."""
    if app.conf.worker_enable_remote_control and not app.conf.task_always_eager:
        package = str(django_settings.SETTINGS_MODULE).partition(".")[0]
        ask = partial(_answering, app, PING_SECONDS)
        missing_worker.look_soon(ask, app=package)


def _reprs(ids: Mapping[str, str]) -> dict[str, Any]:
    """How the call is shown in logs, which Celery otherwise searches for cycles and long values."""
    return {"argsrepr": "()", "kwargsrepr": str(dict(ids))}


def _together(producer: Any, calls: Sequence[object]) -> AbstractContextManager[object]:  # noqa: ANN401 (kombu ships no types)
    """Several calls that are published in the block go to the broker in one trip at its end, where
    kombu (from 5.7) and the transport can: Redis answers hundreds as quickly as one."""
    if len(calls) > 1 and hasattr(producer, "batch"):
        found: AbstractContextManager[object] = producer.batch()
        return found
    return nullcontext()


def _producers(app: Celery) -> Any:  # noqa: ANN401 (kombu ships no types)
    """Producers of our own, whose connections give up in time: those of the project wait forever
    for a broker that accepts a connection and never answers. One pool a process and application."""
    known = _POOLS.get(app)
    if known is not None and known[0] == os.getpid():
        return known[1]
    link = app.connection_for_write(connect_timeout=PUBLISH_SECONDS)
    ours = _DEADLINES.get(link.transport.driver_type, {})
    link.transport_options = {"max_retries": 0, **ours, **(link.transport_options or {})}
    _POOLS[app] = os.getpid(), pools.producers[link]
    return _POOLS[app][1]


def workers(*, seconds: float) -> int | None:
    """How many workers answer a ping within `seconds`; None if the broker cannot be reached.

    Returns after three times `seconds` at the latest, even if the broker hangs.
    """
    return _answering(app_or_default(), seconds)


def _answering(app: Celery, seconds: float) -> int | None:
    answers = _asked(app, "ping", seconds, None)
    return None if answers is None else len(answers)


def ask_workers(question: str, *, seconds: float, most: int) -> dict[str, Any]:
    """What workers answer to a question of ours within `seconds`, by the worker's name; the first
    `most` answers. Empty if the broker cannot be reached.

    Returns after three times `seconds` at the latest, even if the broker hangs.
    """
    answers = _asked(app_or_default(), question, seconds, most) or []
    return {name: told for answer in answers for name, told in answer.items()}


def _asked(
    app: Celery, question: str, seconds: float, most: int | None
) -> list[dict[str, Any]] | None:
    found: list[list[dict[str, Any]] | None] = []
    asking = Thread(
        target=lambda: found.append(_broadcast(app, question, seconds, most)), daemon=True
    )
    asking.start()
    asking.join(timeout=3 * seconds)
    return found[0] if found else None


def _broadcast(
    app: Celery, question: str, seconds: float, most: int | None
) -> list[dict[str, Any]] | None:
    with app.connection_for_write(connect_timeout=seconds) as link:
        lost: tuple[type[BaseException], ...] = (OperationalError, OSError)
        lost += link.connection_errors + link.channel_errors
        try:
            link.ensure_connection(max_retries=1, interval_start=0)
            answers = app.control.broadcast(
                question, reply=True, timeout=seconds, limit=most, connection=link
            )
        except lost:
            return None
        return list(answers or ())
