"""Who does the acts: this process, threads of it, or processes of their own.

Acts stand in modules under `tests.benchmarks.acts`, which need Django to be set up and are loaded
once it is. Each has `acts(fuel)`: by name, what is timed. `fuel` is what the acts use up, such as
people who start once; it is made beforehand.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from threading import Barrier
from typing import Any

import django

from tests.celery_app import app


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Act:
    """What is timed, and what goes before and after each time without being timed."""

    run: Callable[[], object]
    before: Callable[[], object] = _nothing
    after: Callable[[], object] = _nothing

    def seconds(self, times: int) -> float:
        """What so many of them take together."""
        total = 0.0
        for _ in range(times):
            self.before()
            began = time.perf_counter()
            self.run()
            total += time.perf_counter() - began
            self.after()
        return total


Acts = Mapping[str, Act]
Crew = Callable[[str, int], float]
"""Asked for the name of an act and how often each member does it, it says how many seconds one act
took: the time until the last was done, shared by all of them."""


def alone(acts: Acts) -> Crew:
    """This process, one act after another."""
    return lambda name, times: acts[name].seconds(times) / times


@contextmanager
def threads(number: int, acts: Acts) -> Iterator[Crew]:
    """So many threads of this process, each with its own connection."""
    ready = Barrier(number)

    def work(name: str, times: int) -> float:
        ready.wait()
        began = time.perf_counter()
        acts[name].seconds(times)
        return time.perf_counter() - began

    with ThreadPoolExecutor(number) as pool:

        def took(name: str, times: int) -> float:
            turns = [pool.submit(work, name, times) for _ in range(number)]
            return max(turn.result() for turn in turns) / (number * times)

        yield took


class Hand:
    """A process of its own that does acts when it is told to."""

    def __init__(self, module: str, fuel: object, env: Mapping[str, str] | None = None) -> None:
        """Start it. `env` is its environment besides ours; `fuel` reaches it by pickle."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, module, dict(env or {})))
        self._process.start()
        theirs.close()
        self._pipe.send(fuel)

    def tell(self, what: str, name: str = "", times: int = 1) -> None:
        """Have it do something: "seconds" or "statements" of an act, or "end"."""
        self._pipe.send((what, name, times))

    def answer(self) -> Any:
        """What came of it. Raises RuntimeError if it failed."""
        fine, found = self._pipe.recv()
        if not fine:
            raise RuntimeError(found)
        return found

    def end(self) -> None:
        """Let it go."""
        if self._process.is_alive():
            self.tell("end")
        self._process.join(10)
        self._process.kill()


@contextmanager
def processes(module: str, fuels: Sequence[object]) -> Iterator[Crew]:
    """A process for each of `fuels`."""
    hands = [Hand(module, fuel) for fuel in fuels]

    def took(name: str, times: int) -> float:
        began = time.perf_counter()
        for hand in hands:
            hand.tell("seconds", name, times)
        for hand in hands:
            hand.answer()
        return (time.perf_counter() - began) / (len(hands) * times)

    try:
        for hand in hands:
            hand.answer()  # it is ready
        yield took
    finally:
        for hand in hands:
            hand.end()


def _serve(pipe: Any, module: str, env: Mapping[str, str]) -> None:
    os.environ.update(env)
    app.set_default()
    django.setup()
    try:
        acts: Acts = import_module(module).acts(pipe.recv())
        pipe.send((True, None))
        while (told := pipe.recv())[0] != "end":
            what, name, times = told
            found = statements(acts[name]) if what == "statements" else acts[name].seconds(times)
            pipe.send((True, found))
    except EOFError:
        return  # nobody is left to tell it what to do
    except Exception as error:  # noqa: BLE001 (told to the other side, which raises it)
        pipe.send((False, repr(error)))


def statements(act: Act) -> int:
    """How many statements one of them makes."""
    from django.db import connection  # noqa: PLC0415 (needs Django to be set up)
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 (the same)

    act.before()
    with CaptureQueriesContext(connection) as seen:
        act.run()
    act.after()
    return len([each for each in seen if each["sql"] not in {"BEGIN", "COMMIT"}])
