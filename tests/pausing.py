"""Two actors in threads of their own: one is held after a chosen statement while the other runs.

Nothing is replaced and nothing sleeps: the held one stops inside Django's own execute wrapper, with
its transaction and its locks as they are, and the other one goes on until it is done or waits for a
lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Thread
from typing import Any

from django.db import connection

PATIENCE = 30
"""Seconds after which something hangs."""


@dataclass
class Actor:
    """Somebody who acts in a thread with a connection of its own.

    `hold_after` says where to hold: after so many statements, or after the first one that contains
    a text.
    """

    act: Callable[[], Any]
    hold_after: int | str | None = None
    result: Any = None
    error: BaseException | None = None
    statements: list[str] = field(default_factory=list)
    pid: int = 0
    stopped: Event = field(default_factory=Event)
    may_go_on: Event = field(default_factory=Event)
    connected: Event = field(default_factory=Event)
    done: Event = field(default_factory=Event)

    def start(self) -> Actor:
        """Begin."""
        self._thread = Thread(target=self._run)
        self._thread.start()
        assert self.connected.wait(PATIENCE)
        return self

    def finish(self) -> Actor:
        """Wait for the end."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), f"hangs after {self.statements[-1:]}"
        return self

    def _run(self) -> None:
        try:
            connection.ensure_connection()
            self.pid = connection.connection.info.backend_pid
            self.connected.set()
            with connection.execute_wrapper(self._execute):
                self._hold(0)
                self.result = self.act()
        except BaseException as error:  # noqa: BLE001 (the test looks at it)
            self.error = error
        finally:
            connection.close()
            self.done.set()

    def _execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(str(sql))
        reached = len(self.statements)
        try:
            return execute(sql, params, many, context)
        finally:
            self._hold(reached, self.statements[reached - 1])

    def _hold(self, reached: int, sql: str = "") -> None:
        where = self.hold_after
        here = reached == where if isinstance(where, int) else where is not None and where in sql
        if here and not self.stopped.is_set():
            self.stopped.set()
            assert self.may_go_on.wait(PATIENCE)


@dataclass(frozen=True)
class Meeting:
    """How one meeting went. `was_held` is False when the first actor was done before its point;
    `other_waited` says that the second one had to wait for the first."""

    held: Actor
    other: Actor
    was_held: bool
    other_waited: bool

    @property
    def where(self) -> str:
        """Where the first actor was held, for messages."""
        after = self.held.hold_after
        if not isinstance(after, int):
            return f"after {after}"
        return f"after {self.held.statements[after - 1][:90]}" if after else "before it began"

    @property
    def failures(self) -> list[str]:
        """What went wrong with either of them, with the place."""
        errors = (self.held.error, self.other.error)
        return [f"{self.where}: {type(each).__name__}: {each}"[:300] for each in errors if each]


def meet(held: Callable[[], Any], other: Callable[[], Any], *, after: int | str) -> Meeting:
    """Hold the first actor after so many statements, or after the first that contains a text; let
    the other one go as far as it gets, then both to the end."""
    first = Actor(held, hold_after=after).start()
    while not first.stopped.is_set() and not first.done.wait(0.002):
        pass
    was_held = not first.done.is_set()
    second = Actor(other).start()
    waited = False
    while was_held and not waited and not second.done.wait(0.01):
        waited = waits(second.pid)
    first.may_go_on.set()
    return Meeting(
        held=first.finish(), other=second.finish(), was_held=was_held, other_waited=waited
    )


def every_meeting(
    scene: Callable[[], tuple[Callable[[], Any], Callable[[], Any], Any]],
) -> Iterator[tuple[Meeting, Any]]:
    """One meeting for each point at which the first actor can be held, each in a scene of its own.

    `scene` makes the two actors and whatever the test wants to look at. The last one is held
    nowhere: it is over when the other one comes.
    """
    for after in count():
        held, other, seen = scene()
        meeting = meet(held, other, after=after)
        yield meeting, seen
        if not meeting.was_held:
            return


def waits(pid: int) -> bool:
    """True while the server's process of that number waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", [pid])
        return cursor.fetchone() is not None
