"""What one vendor has said about one number, and for how long each fact counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from otpguard.core.clock import is_ahead
from otpguard.core.pumping.intel.number_report import (
    NOTHING_KNOWN,
    IntelFact,
    NumberQuery,
    NumberReport,
    report_from_json,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTerms:
    """How long an answer is used again. A SIM card may be changed at any moment, so that fact has
    its own, shorter term."""

    usual: timedelta = timedelta(hours=24)
    sim_swap: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedAnswer:
    """The latest answers of a vendor about a number. `asked` has when each fact was asked for, also
    of those that it did not know."""

    report: NumberReport = NOTHING_KNOWN
    asked: Mapping[IntelFact, datetime] = field(default_factory=dict)
    verified_on: date | None = None

    def fresh(self, query: NumberQuery, terms: FactTerms) -> frozenset[IntelFact]:
        """The wanted facts that need not be asked for again."""
        return frozenset(fact for fact in query.wanted if self._is_fresh(fact, query, terms))

    def with_answer(
        self, report: NumberReport, asked: frozenset[IntelFact], query: NumberQuery
    ) -> CachedAnswer:
        """The answers after one more, to these facts of the query."""
        kept = self.report.only(frozenset(self.asked) - asked)
        asks_owner = IntelFact.REASSIGNED in asked
        return CachedAnswer(
            report=report.only(asked).joined(kept),
            asked={**self.asked, **dict.fromkeys(asked, query.now)},
            verified_on=query.verified_on if asks_owner else self.verified_on,
        )

    def _is_fresh(self, fact: IntelFact, query: NumberQuery, terms: FactTerms) -> bool:
        at = self.asked.get(fact)
        # Later than now: written by a clock that ran ahead, and nobody knows by how much.
        if at is None or is_ahead(at, query.now):
            return False
        if fact is IntelFact.REASSIGNED and self.verified_on != query.verified_on:
            return False
        term = terms.sim_swap if fact is IntelFact.SIM_SWAP else terms.usual
        return query.now - at < term


def dump(answer: CachedAnswer) -> str:
    """The answer as text."""
    return json.dumps(
        {
            "report": answer.report.as_json(),
            "asked": {fact.value: at.isoformat() for fact, at in answer.asked.items()},
            "verified_on": answer.verified_on.isoformat() if answer.verified_on else None,
        }
    )


def load(text: str) -> CachedAnswer:
    """What `dump` wrote. Text of another release counts as no answer."""
    try:
        stored = json.loads(text)
        day = stored["verified_on"]
        return CachedAnswer(
            report=report_from_json(stored["report"]),
            asked={
                IntelFact(fact): datetime.fromisoformat(at) for fact, at in stored["asked"].items()
            },
            verified_on=None if day is None else date.fromisoformat(day),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return CachedAnswer()
