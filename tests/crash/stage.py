"""Sets the stage of a crash test: a broker of its own, a vendor, people and workers."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.models import Challenge
from tests.crash.settings import OWN
from tests.crash.vendor import FakeVendor
from tests.keeper import Kept
from tests.ports import free_port
from tests.redis_server import program
from tests.worker import ROOT, database_url

ENDED = ("delivered", "fell back", "undeliverable")


class Broker:
    """A Redis of its own, that can be stopped and brought back empty at the same URL."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self._home = home
        self._server: Kept | None = None

    def start(self) -> None:
        """Come up, with nothing in it."""
        words = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--databases", "64"]
        log = self._home / "redis.log"
        self._server = Kept([program(), *words], log=log, cwd=self._home)
        self._server.wait_until(self._answers, seconds=15)

    def stop(self) -> None:
        """Go away."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def flush(self) -> None:
        """Lose everything that is queued, and who waits for it."""
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@dataclass
class Stage:
    """What is running, and how to look at it."""

    broker: Broker
    vendor: FakeVendor
    home: Path
    database: str = ""
    plan: str = OWN
    kept: list[Kept] = field(default_factory=list)

    def run(self, name: str, *words: object) -> Kept:
        """Run one of the modules beside this one."""
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "OTPGUARD_TEST_DATABASE": self.database or database_url(),
            "OTPGUARD_TEST_REDIS": f"redis://127.0.0.1:{self.broker.port}",
            "OTPGUARD_TEST_VENDOR": self.vendor.url,
            "OTPGUARD_TEST_PLAN": self.plan,
            "PYTEST_XDIST_WORKER": "",
        }
        command = [sys.executable, "-m", f"tests.crash.{name}", *map(str, words)]
        process = Kept(command, log=self.home / f"{name}{len(self.kept)}.out", cwd=ROOT, env=env)
        self.kept.append(process)
        return process

    def wait_for(
        self,
        condition: Callable[[], bool],
        *,
        seconds: float,
        told: Callable[[], Counter[str]] | None = None,
    ) -> None:
        """Return once it holds; fail with how things stand and what everybody wrote."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(process.tail(size=1500) for process in self.kept)
                pytest.fail(f"waited {seconds:g} s; {dict((told or endings)())}\n{logs}")
            time.sleep(0.1)

    def close(self) -> None:
        """Stop everything, the last first."""
        while self.kept:
            self.kept.pop().stop()
        self.broker.stop()


@contextmanager
def stage(
    home: Path, *, database: str = "", seconds: float = 0.02, plan: str = OWN
) -> Iterator[Stage]:
    """A broker and a vendor, who takes `seconds` to answer; who else is to run is the test's to
    say. `database` is one of its own, in place of the tests'; `plan` says who makes the codes."""
    broker = Broker(home)
    broker.start()
    with FakeVendor(seconds=seconds) as vendor:
        made = Stage(broker=broker, vendor=vendor, home=home, database=database, plan=plan)
        try:
            yield made
        finally:
            made.close()


def ending(challenge: Challenge) -> str:
    """How the sending of a challenge ended, or "open"."""
    arrived = any(row.state == DeliveryState.DELIVERED for row in challenge.deliveries.all())
    return ended_as(challenge.state, challenge.step, arrived, challenge.undeliverable)


def ended_as(state: str, step: int, arrived: bool, undeliverable: bool) -> str:
    """The same, in values."""
    if undeliverable:
        return "undeliverable"
    if arrived:
        return "fell back" if step else "delivered"
    return "open" if state == ChallengeState.OPEN else "lost"


def endings() -> Counter[str]:
    """How many ended in which way."""
    return Counter(map(ending, Challenge.objects.prefetch_related("deliveries")))


def all_ended() -> bool:
    """True when nothing is under way any more."""
    return set(endings()) <= set(ENDED)
