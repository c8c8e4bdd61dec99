"""A process-wide cache of what is read from the database, filled with committed data only.

What a transaction has read may be its own change, which nobody else sees and which may be rolled
back. So a value that was read inside one is kept only if that transaction commits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

from otpguard.database import transaction

V = TypeVar("V")


class CommittedCache(Generic[V]):
    """The newest `most` values. Safe to use from several threads.

    A key must change when its value does, or be forgotten: nothing expires by itself.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, read: Callable[[], V]) -> V:
        """The value of `key`, read if it is not kept. Errors of `read` pass through."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = read()
        transaction.on_commit(partial(self._keep, key, value))
        return value

    def forget(self, key: Hashable) -> None:
        """Read `key` when it is asked for next."""
        with self._lock:
            self._kept.pop(key, None)

    def cache_clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def _keep(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
