"""Who is expected to pass: a guess that decides what is read first, and never who passes.

A refusal has to know the person's factors, a pass does not. A person who passed a checkpoint the
last time will most likely pass it again, so the guard reads evidence alone for them, and for all
others the factors in the same statement. A wrong guess costs a statement.
"""

from __future__ import annotations

from otpguard.core.checkpoints import Checkpoint
from otpguard.core.facts import RequestFacts

MOST = 8192
"""How many are kept: when there are more, all are forgotten."""

Key = tuple[str, str, str]


class Expected:
    """Those whom this process let pass the last time, by login session, tenant and checkpoint. Safe
    to use from several threads: each step is one step of a set."""

    def __init__(self) -> None:
        self._passed: set[Key] = set()

    def passes(self, facts: RequestFacts, checkpoint: Checkpoint) -> bool:
        """True if they passed here the last time."""
        return (facts.sid, facts.tenant, checkpoint.slug) in self._passed

    def remember_outcome(
        self, facts: RequestFacts, checkpoint: Checkpoint, *, passes: bool
    ) -> None:
        """Expect the same the next time."""
        key = (facts.sid, facts.tenant, checkpoint.slug)
        if not passes:
            self._passed.discard(key)
        elif key not in self._passed:
            if len(self._passed) >= MOST:
                self._passed.clear()
            self._passed.add(key)
