"""A real Celery worker, in a process of its own, working on the test database.

A test that asks for the fixture `celery_worker` must commit what the worker is to see: mark it
`django_db(transaction=True)` or ask for `transactional_db`. The end of the worker's log is shown
with a failing test; all of it is in `test-artifacts/`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.celery_app import app
from tests.keeper import Kept

ROOT = Path(__file__).resolve().parent.parent
THREADS = 4


class CeleryWorker:
    """The running worker, seen from a test."""

    def __init__(self, process: Kept, email_folder: Path) -> None:
        self.process = process
        self._email_folder = email_folder

    def sent_email(self) -> str:
        """Every message the worker has sent so far, as written on the wire, oldest first."""
        return "".join(file.read_text() for file in sorted(self._email_folder.iterdir()))

    def wait_until_idle(self, *, seconds: float = 15) -> None:
        """Return once nothing is queued and nothing runs (tasks due later do not count).

        It is asked twice: a task may be on its way from the queue while the worker answers.
        """
        self.wait_for(lambda: self._idle() and self._idle(), seconds=seconds)

    def wait_for(self, condition: Callable[[], Any], *, seconds: float = 15) -> None:
        """Return once `condition()` holds; fail with the worker's log if it never does."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"Waited {seconds:g} s for the worker. Its log:\n{self.process.tail()}")
            time.sleep(0.05)

    def _idle(self) -> bool:
        with redis.Redis.from_url(settings.REDIS_URL) as queues:
            if queues.llen(app.conf.task_default_queue):
                return False
        inspect = app.control.inspect(timeout=2, limit=1)
        busy = (inspect.reserved(), inspect.active())
        return all(answer is not None and not any(answer.values()) for answer in busy)


def database_url() -> str:
    """The URL of the database this process tests on: its name is not the configured one."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@contextmanager
def running_worker(
    email_folder: Path,
    blocker: DjangoDbBlocker,
    *,
    settings_module: str = "",
    flushes: bool = True,
    **environment: str,
) -> Iterator[CeleryWorker]:
    """A worker with four threads, on a queue that is emptied first.

    When it has stopped, the tables are emptied, unless `flushes` is False: what it wrote after the
    last test would stay. `email_folder` is where it writes e-mail. Its settings are those of the
    test unless named; `environment` adds variables for them to read.
    """
    artifacts = ROOT / "test-artifacts"
    artifacts.mkdir(exist_ok=True)
    log = artifacts / f"celery-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.log"
    log.unlink(missing_ok=True)
    with redis.Redis.from_url(settings.REDIS_URL) as queues:
        queues.flushdb()

    node = f"tests-{os.getpid()}@localhost"
    words = ["-P", "threads", "-c", str(THREADS), "-n", node, "--loglevel", "INFO"]
    process = Kept(
        [sys.executable, "-m", "celery", "-A", "tests.celery_app", "worker", *words],
        log=log,
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings_module or settings.SETTINGS_MODULE,
            "OTPGUARD_TEST_DATABASE": database_url(),
            "OTPGUARD_TEST_EMAIL": str(email_folder),
            **environment,
        },
    )
    try:
        process.wait_until(lambda: f"{node} ready" in process.tail(), seconds=60)
        yield CeleryWorker(process, email_folder)
    finally:
        process.stop()
        app.close()
        if flushes:
            with blocker.unblock():
                call_command("flush", verbosity=0, interactive=False)
                connection.close()


@pytest.fixture(scope="module")
def worker_of_module(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[CeleryWorker]:
    """A worker for the tests of one module.

    It must not outlive them: it would send what other tests queue for themselves.
    """
    with running_worker(tmp_path_factory.mktemp("email"), django_db_blocker) as worker:
        yield worker


@pytest.fixture
def celery_worker(
    transactional_db: None, worker_of_module: CeleryWorker
) -> Generator[CeleryWorker]:
    """That worker, for one test; at its end it has nothing in hand when the tables are emptied."""
    yield worker_of_module
    worker_of_module.wait_until_idle()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the worker wrote when a test that uses one fails."""
    report = yield
    for given in getattr(item, "funcargs", {}).values():
        if report.failed and isinstance(given, CeleryWorker):
            report.sections.append(("Celery worker", given.process.tail()))
    return report
