"""Run recorded decisions against other rules: what would have been refused, saved and hurt.

A record has what the layers found, so other rules can be applied to it. It cannot tell what a
person who got no code would have done with one: only those who were sent a code and proved their
number are known to be people. Nor does a refusal empty a budget or fill a cap again, so a replay
says what one change of rules does first, and the simulator what follows from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from otpguard.core.pumping.lifting import is_lifted
from otpguard.core.pumping.replay_rules import ReplayRules
from otpguard.core.pumping.verdict import Action, Signal, Verdict, assess


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """One recorded decision. `proven` is None where nobody knows any more what came of the send.
    `times` is how many refusals the record stands for."""

    action: Action
    signals: tuple[Signal, ...]
    price_micros: int = 0
    released: bool = False
    solved_level: int = 0
    proven: bool | None = None
    times: int = 1


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What other rules change, counted. Money is in millionths of a dollar, as it was expected.

    `hurt` are those sends that the other rules stop, and whose number was proven. `saved_micros` is
    what the stopped sends were to cost, `spent_micros` what those cost at least that are let
    through now.
    """

    decisions: int = 0
    refused: int = 0
    asked: int = 0
    refused_before: int = 0
    newly_refused: int = 0
    newly_sent: int = 0
    saved_micros: int = 0
    spent_micros: int = 0
    hurt: int = 0
    unknown: int = 0
    by_reason: Counter[tuple[str, str]] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Plain values; money in dollars."""
        return {
            "decisions": self.decisions,
            "refused": self.refused,
            "refused_before": self.refused_before,
            "newly_refused": self.newly_refused,
            "newly_sent": self.newly_sent,
            "asked": self.asked,
            "saved_usd": self.saved_micros / 1_000_000,
            "spent_usd": self.spent_micros / 1_000_000,
            "hurt": self.hurt,
            "outcome_unknown": self.unknown,
            "by_reason": [
                {"layer": layer, "reason": reason, "refused": times}
                for (layer, reason), times in self.by_reason.most_common()
            ],
        }


def replay(decisions: Iterable[PastDecision], rules: ReplayRules) -> Outcome:
    """Count what `rules` would have done. Keeps no decision, so millions take no memory."""
    outcome = Outcome()
    for past in decisions:
        add_decision(outcome, past, verdict_under(rules, past))
    return outcome


def verdict_under(rules: ReplayRules, past: PastDecision) -> Verdict:
    """The verdict that other rules give about a recorded send."""
    signals = [rules.changed(each) for each in past.signals]
    return assess(
        signals,
        record_only=rules.record_only,
        lifted=[each for each in signals if past.released and is_lifted(each)],
        work_level=past.solved_level,
    )


def add_decision(outcome: Outcome, past: PastDecision, verdict: Verdict) -> None:
    """Add one recorded send and the other verdict about it."""
    times = past.times
    was, now = past.action >= Action.ANOTHER_WAY, verdict.action >= Action.ANOTHER_WAY
    outcome.decisions += times
    outcome.refused_before += times * was
    outcome.refused += times * now
    outcome.asked += times * (verdict.action is Action.PROOF_OF_WORK)
    if now and verdict.decided_by is not None:
        first = verdict.decided_by
        outcome.by_reason[first.layer.value, first.reason] += times
    if past.action is Action.SEND and now:
        outcome.newly_refused += times
        outcome.saved_micros += times * past.price_micros
        outcome.hurt += times * (past.proven is True)
        outcome.unknown += times * (past.proven is None)
    elif was and verdict.action is Action.SEND:
        outcome.newly_sent += times
        outcome.spent_micros += times * past.price_micros
