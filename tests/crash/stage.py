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
from tests.crash.vendor import FakeVendor
from tests.keeper import Kept
from tests.ports import free_port
from tests.redis_server import program
from tests.worker import ROOT, database_address

ENDED = ("delivered", "fell back", "undeliverable")


class Broker:
    """A Redis of its own, that can be stopped and brought back empty at the same address."""

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
    kept: list[Kept] = field(default_factory=list)

    def run(self, name: str, *words: object) -> Kept:
        """Run one of the modules beside this one."""
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "OTPGUARD_TEST_DATABASE": database_address(),
            "OTPGUARD_TEST_REDIS": f"redis://127.0.0.1:{self.broker.port}",
            "OTPGUARD_TEST_VENDOR": self.vendor.url,
            "PYTEST_XDIST_WORKER": "",
        }
        command = [sys.executable, "-m", f"tests.crash.{name}", *map(str, words)]
        process = Kept(command, log=self.home / f"{name}{len(self.kept)}.out", cwd=ROOT, env=env)
        self.kept.append(process)
        return process

    def wait_for(self, condition: Callable[[], bool], *, seconds: float) -> None:
        """Return once it holds; fail with what everybody wrote."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(process.tail(size=1500) for process in self.kept)
                pytest.fail(f"waited {seconds:g} s; {dict(endings())}\n{logs}")
            time.sleep(0.1)

    def close(self) -> None:
        """Stop everything, the last first."""
        while self.kept:
            self.kept.pop().stop()
        self.broker.stop()


@contextmanager
def stage(home: Path) -> Iterator[Stage]:
    """A broker and a vendor; who else is to run is the test's to say."""
    broker = Broker(home)
    broker.start()
    with FakeVendor() as vendor:
        made = Stage(broker=broker, vendor=vendor, home=home)
        try:
            yield made
        finally:
            made.close()


def ending(challenge: Challenge) -> str:
    """How the sending of a challenge ended, or "open"."""
    states = [row.state for row in challenge.deliveries.all()]
    if challenge.undeliverable:
        return "undeliverable"
    if DeliveryState.DELIVERED in states:
        return "fell back" if challenge.step else "delivered"
    return "open" if challenge.state == ChallengeState.OPEN else "lost"


def endings() -> Counter[str]:
    """How many ended in which way."""
    return Counter(map(ending, Challenge.objects.prefetch_related("deliveries")))


def all_ended() -> bool:
    """True when nothing is under way any more."""
    return set(endings()) <= set(ENDED)
