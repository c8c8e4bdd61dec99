"""What the benchmarks of workers stand on: private servers, workers that can be killed, rows."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.celery_app import app
from tests.postgres import private_postgres
from tests.redis_server import private_redis

ROOT = Path(__file__).resolve().parents[2]
PLAN = [
    {"channel": "sms", "provider": "sms", "receipts": True},
    {"channel": "whatsapp", "provider": "whatsapp", "receipts": False},
]


@contextmanager
def ground(*, settings: str = "tests.benchmarks.settings", migrate: bool = True) -> Iterator[Path]:
    """Servers of its own and the tables in them, for this process and its workers. Commits wait for
    the disk, as they do in production."""
    with (
        tempfile.TemporaryDirectory() as home,
        private_postgres(options=()) as database,
        private_redis() as broker,
    ):
        os.environ["OTPGUARD_TEST_DATABASE"] = database.rpartition("/")[0] + "/postgres"
        os.environ["OTPGUARD_TEST_REDIS"] = broker
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
        app.set_default()
        django.setup()
        _insist_on_durable_commits()
        if migrate:
            call_command("migrate", verbosity=0)
        try:
            yield Path(home)
        finally:
            connection.close()
            app.close()


def _insist_on_durable_commits() -> None:
    with connection.cursor() as cursor:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone() != ("on",):
                raise RuntimeError(f"{name} must be on")


class Worker:
    """A Celery worker in a process of its own. `queue` is where it takes its tasks from."""

    def __init__(self, home: Path, *, queue: str, threads: int) -> None:
        name = f"bench-{uuid4().hex[:8]}"
        self._log = home / f"{name}.log"
        words = ["-A", "tests.celery_app", "worker", "-P", "threads", "-c", str(threads)]
        words += ["-n", f"{name}@localhost", "-Q", queue, "-I", "tests.benchmarks.bare"]
        words += ["--without-gossip", "--without-mingle", "-l", "WARNING"]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", *words], cwd=ROOT, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """SIGKILL, and gone."""
        self.process.kill()
        self.process.wait()

    def resident(self) -> float:
        """Megabytes that it holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def workers(
    home: Path, number: int = 2, *, queue: str = "celery", threads: int = 4
) -> Iterator[list[Worker]]:
    """So many workers, killed at the end."""
    running = [Worker(home, queue=queue, threads=threads) for _ in range(number)]
    try:
        wait_for(lambda: len(app.control.ping(timeout=0.5)) == number, seconds=60)
        yield running
    finally:
        for worker in running:
            worker.kill()


def wait_for(condition: Callable[[], bool], *, seconds: float) -> None:
    """Return once it holds. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(0.05)


def challenges(
    dues: Sequence[datetime | None], *, tenants: Sequence[UUID] = (), **first: Any
) -> list[str]:
    """Open challenges with these timers; the ids of their first deliveries, as `first` says.

    They are of these tenants in turn, of the site without any."""
    from otpguard import vault  # noqa: PLC0415 (needs Django to be set up)
    from otpguard.models import Challenge, Delivery  # noqa: PLC0415 (the same)
    from tests import factories  # noqa: PLC0415 (the same)

    now, factor = timezone.now(), factories.phone_factor(factories.user(), "+12015550100")
    rows = [
        Challenge(
            seed=os.urandom(16),
            key_id=vault.key_ids()[0],
            sid=f"sid-{number}",
            story=uuid4(),
            user_id=factor.user_id,
            tenant_id=tenants[number % len(tenants)] if tenants else None,
            checkpoint="api_key",
            level=2,
            primary="password",
            factor=factor,
            destination=factor.secret,
            net='{"client_ip": "203.0.113.7", "agent": "Firefox", "host": "acme.example"}',
            target="key ci",
            plan=PLAN,
            due_at=due,
            expires_at=now + timedelta(minutes=30),
        )
        for number, due in enumerate(dues)
    ]
    Challenge.objects.bulk_create(rows, batch_size=500)
    same: dict[str, Any] = {"step": 0, "channel": "sms", "provider": "sms", **first}
    sends = [Delivery(challenge=row, tenant_id=row.tenant_id, **same) for row in rows]
    Delivery.objects.bulk_create(sends, batch_size=500)
    return [str(send.pk) for send in sends]
