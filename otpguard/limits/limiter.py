"""The limiter: what counts the caps. A public extension point.

A limiter is named in OTPGUARD["LIMITER"] by dotted path, with OPTIONS that become keyword arguments
of its constructor. Which caps there are, and how many uses each has, stands in `core.limits`; a
limiter only counts. The shipped one is `otpguard.limits.sql.SqlLimiter`; the contract suite that it
passes is `otpguard.testing.limiter_contract`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol, runtime_checkable
from uuid import UUID

from django.utils.module_loading import import_string

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.limits import Cap, CapFull, Charged


@runtime_checkable
class Limiter(Protocol):
    """Counts uses of caps over rolling windows, for all processes together.

    It is made once in a process, and called by several threads at once.

    *Exact.* A use counts in the window that ends with a later call's `now`, if it is younger than
    the cap's `window` then: neither fixed windows nor estimates. `now` is the only clock.

    *All or nothing.* One call charges every cap once, or charges none.

    *Free of races.* Looking and charging is one step, whatever the number of threads, processes and
    machines: of all calls at once, no more are charged than there is room for. Calls that name the
    same caps in another order must not wait for each other for ever.

    *Fails closed.* Without an answer from its store it raises StoreUnavailable. It never lets
    through what it could not count, and never forgets what it counted because a server was
    restarted or emptied.
    """

    def consume(self, caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | CapFull:
        """Charge each of `caps` once for `challenge`, or nothing when one of them is full.

        Called inside a database transaction, which may still be rolled back. A limiter outside of
        the database then keeps the use: too many are counted, never too few.

        Returns `CapFull` with one of the full caps and the time until it has room again, if nothing
        else is charged or refunded until then. A cap of 0 is always full, and has room after its
        whole window at the earliest. Raises StoreUnavailable.
        """

    def refund(self, challenge: UUID, *, now: datetime) -> None:
        """Give back what `challenge` used, for it was proven; nothing for an unknown one (C19).

        Each of its uses is treated as the `refund` of the cap says that it was charged to. FULL and
        HALF take out the use itself, NEVER leaves it. Refunds of one key with HALF come in pairs:
        the second of a pair, if it is made within the cap's window after the first, also takes out
        the oldest other use that still counts at `now`. Refunds at once may leave a pair to a later
        refund; there are never more pairs than half of the refunds.

        Called inside the transaction that records the proof: a limiter outside of the database
        refunds after its commit (`transaction.on_commit`). A refund that cannot be made may be
        lost. Raises StoreUnavailable at most.
        """


@runtime_checkable
class Recovering(Protocol):
    """A limiter with a store that can lose what was counted, and that mends this by itself."""

    def recover(self, *, now: datetime) -> bool:
        """Called by the workers about once a second, outside a transaction, for as long as they
        run. True if something was mended. Raises StoreUnavailable or DatabaseError at most."""

    def trouble(self) -> str:
        """What keeps the store from being used or makes it unsafe, as a sentence; empty if
        nothing does. Asked by `check --deploy` and `otpguard_doctor`."""


@lru_cache(maxsize=1)
def limiter() -> Limiter:
    """The configured limiter, made once.

    Raises ImportError for a wrong dotted path, TypeError and ValueError for wrong options or for a
    class that is not a limiter.
    """
    config = settings().limiter
    made = import_string(config.backend)(**config.options)
    if not isinstance(made, Limiter):
        raise TypeError(f"{config.backend} must have the methods `consume` and `refund`")
    return made


def recover_limiter(*, now: datetime) -> bool:
    """Let the site's limiter mend its store, if it is one that does. See `Recovering.recover`."""
    counting = limiter()
    return counting.recover(now=now) if isinstance(counting, Recovering) else False


def limiter_trouble() -> str:
    """What is wrong with the store of the site's limiter, empty if nothing is or it has none of
    its own. Raises DatabaseError at most."""
    counting = limiter()
    return counting.trouble() if isinstance(counting, Recovering) else ""


forget_on_change(limiter)
