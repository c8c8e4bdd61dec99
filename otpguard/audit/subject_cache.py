"""Keys of people at hand in this process, for a short time, and never what was rolled back.

What a transaction has read or made may be undone with it or with one of its savepoints. Until it
commits, only this connection uses it: Django forgets what waits for a commit together with what is
rolled back, so such a value counts as long as its note still waits there.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import connections

from otpguard.database import alias

V = TypeVar("V")


class SubjectCache(Generic[V]):
    """The newest `most` values, each for so many seconds. Safe to use from several threads."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._kept: OrderedDict[str, tuple[float, V]] = OrderedDict()
        self._lock = Lock()
        self._name = f"_otpguard_subjects_{id(self)}"

    def get_many(self, keys: Iterable[str]) -> dict[str, V]:
        """The values that are at hand."""
        now, waiting = time.monotonic(), self._waiting()
        found = {}
        with self._lock:
            for key in keys:
                until, value = self._kept.get(key, (0.0, None))
                if until > now:
                    found[key] = value
                elif key in waiting:
                    found[key] = waiting[key]
        return found  # type: ignore[return-value]  # None only where `until` is over

    def put_many(self, values: Mapping[str, V]) -> None:
        """Keep them: at once, or in a transaction once it has committed."""
        database: Any = connections[alias()]
        if not database.in_atomic_block:
            self._keep(values)
            return
        note = partial(self._keep, values)
        database.__dict__.setdefault(self._name, []).append((note, values))
        database.on_commit(note)

    def cache_clear(self) -> None:
        """Forget everything, also what waits for the commit of this connection."""
        with self._lock:
            self._kept.clear()
        connections[alias()].__dict__.pop(self._name, None)

    def _waiting(self) -> dict[str, V]:
        database: Any = connections[alias()]
        noted: list[tuple[Callable[[], None], Mapping[str, V]]] = database.__dict__.get(
            self._name, []
        )
        if not noted:
            return {}
        alive = {id(each[1]) for each in database.run_on_commit}
        noted[:] = [(note, values) for note, values in noted if id(note) in alive]
        return {key: value for _note, values in noted for key, value in values.items()}

    def _keep(self, values: Mapping[str, V]) -> None:
        until = time.monotonic() + self._seconds
        with self._lock:
            for key, value in values.items():
                self._kept[key] = (until, value)
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
