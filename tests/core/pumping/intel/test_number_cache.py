"""Kept answers: each fact has its own age, and a SIM card may be changed at any moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from otpguard.core.pumping.intel.number_cache import CachedAnswer, FactTerms, dump, load
from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery, NumberReport

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TERMS = FactTerms()
QUERY = NumberQuery(
    e164="+12015550123", wanted=frozenset(IntelFact), now=NOW, verified_on=date(2025, 6, 30)
)
REPORT = NumberReport(risk=7, swapped=False, reassigned=True)
ANSWER = CachedAnswer().with_answer(REPORT, QUERY.wanted, QUERY)


def fresh_after(**span: int) -> frozenset[IntelFact]:
    return ANSWER.fresh(replace(QUERY, now=NOW + timedelta(**span)), TERMS)


def test_an_answer_is_used_again_what_it_did_not_know_too() -> None:
    assert fresh_after(minutes=14) == QUERY.wanted


def test_a_sim_card_is_asked_for_again_after_a_quarter_of_an_hour() -> None:
    assert fresh_after(minutes=15) == QUERY.wanted - {IntelFact.SIM_SWAP}
    assert fresh_after(hours=24) == frozenset()


def test_an_answer_of_a_clock_that_ran_ahead_is_not_used() -> None:
    assert fresh_after(hours=-1) == frozenset()


def test_a_new_owner_counts_since_the_same_day_only() -> None:
    later = replace(QUERY, verified_on=date(2025, 7, 1))
    assert ANSWER.fresh(later, TERMS) == QUERY.wanted - {IntelFact.REASSIGNED}


def test_one_fact_is_renewed_and_the_others_keep_their_age() -> None:
    later = replace(QUERY, wanted=frozenset({IntelFact.SIM_SWAP}), now=NOW + timedelta(hours=1))
    both = ANSWER.with_answer(NumberReport(swapped=True), later.wanted, later)
    assert both.report == replace(REPORT, swapped=True)
    assert both.asked[IntelFact.PUMPING_RISK] == NOW
    assert both.verified_on == QUERY.verified_on


def test_a_fact_that_is_unknown_now_is_not_taken_from_before() -> None:
    later = replace(QUERY, wanted=frozenset({IntelFact.PUMPING_RISK}))
    assert ANSWER.with_answer(NumberReport(), later.wanted, later).report.risk is None


def test_it_is_read_as_it_was_written() -> None:
    assert load(dump(ANSWER)) == ANSWER
    assert load(dump(CachedAnswer())) == CachedAnswer()


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"report": {}, "asked": {"age": ""}, "verified_on": null}']
)
def test_text_of_another_release_is_no_answer(text: str) -> None:
    assert load(text) == CachedAnswer()
