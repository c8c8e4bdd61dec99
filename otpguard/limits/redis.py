"""Caps counted in Redis or Valkey, so that starts which share a cap do not wait for each other.

Every use is written to the database as well. Redis is a fast copy, and while it cannot be trusted
(down, flushed, failed over), the database counts as `SqlLimiter` does; a worker then fills Redis
again (C18). No restart is needed.

What decides is in the database: a start shares a lock while it relies on Redis, and one that finds
Redis wanting takes that lock alone before everybody is sent to the database. So no start is counted
in only one of the two places.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError

from otpguard.core.limits import Cap, CapFull, Charged
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.redis_logs import DEADLINE, PackedLogs
from otpguard.limits.redis_state import State, share, state_now, stop_relying
from otpguard.limits.refill import refill_if_cold
from otpguard.limits.sql import SqlLimiter, Use, take_out, write_uses
from otpguard.store_errors import STORE_ERRORS

logger = logging.getLogger(__name__)


class RedisLimiter:
    """The limiter for many starts at once. See `otpguard.limits.limiter.Limiter`.

    `url` is that of the server, or of any node of a cluster; `deadline` is how long a call may
    take, in seconds. A charge that is rolled back stays in Redis until its window has passed or
    Redis is filled again. The server must not evict keys: set `maxmemory-policy noeviction`.
    """

    def __init__(self, *, url: str, cluster: bool = False, deadline: float = DEADLINE) -> None:
        self.logs = PackedLogs(url, cluster=cluster, deadline=deadline)
        self._sql = SqlLimiter()

    def consume(self, caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | CapFull:
        """Charge in Redis, and write the same rows as `SqlLimiter`. See `Limiter.consume`."""
        try:
            state = share()
            if not state.is_warm:
                return self._sql.consume(caps, challenge=challenge, now=now)
            found = self._charge(state, caps, challenge, now)
            if found is None:
                stop_relying()
                logger.warning("Redis lost its counts: the database counts the caps")
                return self._sql.consume(caps, challenge=challenge, now=now)
            if isinstance(found, Charged):
                self._write(state, caps, challenge, now)
        except STORE_ERRORS as error:
            raise StoreUnavailable("the caps cannot be counted") from error
        return found

    def refund(self, challenge: UUID, *, now: datetime) -> None:
        """Delete the rows now, and the records in Redis after the commit. See `Limiter.refund`."""
        gone = take_out(challenge, now=now)
        if gone:
            transaction.on_commit(lambda: self._take_out(gone))

    def recover(self, *, now: datetime) -> bool:
        """Fill Redis again if it is cold. See `Recovering.recover`."""
        return refill_if_cold(self.logs, now=now)

    def trouble(self) -> str:
        """Whether it does not answer, or evicts keys. See `Recovering.trouble`."""
        try:
            if self.logs.may_forget():
                return "Redis may evict the counts of caps: set maxmemory-policy to noeviction."
        except StoreUnavailable:
            return "Redis does not answer: the database counts the caps."
        return ""

    def _charge(
        self, state: State, caps: Sequence[Cap], challenge: UUID, now: datetime
    ) -> Charged | CapFull | None:
        """None if Redis cannot be trusted."""
        try:
            found = self.logs.charge(state.epoch, caps, challenge=challenge, now=now)
        except StoreUnavailable:
            return None
        # The call itself may have been the first to reach another server.
        return found if self.logs.is_of(state.replid) else None

    def _write(self, state: State, caps: Sequence[Cap], challenge: UUID, now: datetime) -> None:
        try:
            write_uses(caps, challenge=challenge, now=now)
        except DatabaseError:
            with suppress(StoreUnavailable):
                self.logs.take_out(state.epoch, [_use(cap, challenge, now) for cap in caps])
            raise

    def _take_out(self, gone: Sequence[Use]) -> None:
        try:
            state = state_now()
            if state.is_warm:
                self.logs.take_out(state.epoch, gone)
        except STORE_ERRORS:
            logger.warning("A refund did not reach Redis; it is counted until its window ends")


def _use(cap: Cap, challenge: UUID, now: datetime) -> Use:
    return Use(cap=cap.name.value, key=cap.key, challenge=challenge, at=now)
