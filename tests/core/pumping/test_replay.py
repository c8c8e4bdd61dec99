"""Other rules over recorded decisions: what they refuse, save and hurt."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.replay import Outcome, PastDecision, replay, verdict_under
from otpguard.core.pumping.replay_rules import ReplayRules, RuleChange
from otpguard.core.pumping.verdict import Action, Layer, Signal, assess

QUIET = Signal(layer=Layer.REPUTATION, action=Action.SEND, reason="warm", weight=40)
BUDGET = Signal(layer=Layer.MONEY, action=Action.ANOTHER_WAY, reason="country_budget")
SENT = PastDecision(action=Action.SEND, signals=(QUIET,), price_micros=50_000)
REFUSED = PastDecision(action=Action.ANOTHER_WAY, signals=(BUDGET,), price_micros=70_000, times=3)
STRICTER = ReplayRules(changes={(Layer.REPUTATION, "*"): RuleChange(action=Action.REFUSE)})
NO_CHANGE = ReplayRules()
SIGNALS = st.lists(
    st.builds(
        Signal,
        layer=st.sampled_from(Layer),
        action=st.sampled_from(Action),
        reason=st.sampled_from(["a", "b"]),
        weight=st.integers(0, 100),
        work_level=st.integers(0, 3),
    ),
    max_size=4,
)


def test_stricter_rules_save_what_was_sent_and_hurt_those_who_had_proven() -> None:
    person, bot = replace(SENT, proven=True), replace(SENT, proven=False)
    outcome = replay([person, bot, bot, SENT], STRICTER)
    assert (outcome.newly_refused, outcome.hurt, outcome.unknown) == (4, 1, 1)
    assert outcome.saved_micros == 200_000
    assert outcome.by_reason == {("reputation", "warm"): 4}


def test_milder_rules_send_what_was_refused_as_often_as_it_was() -> None:
    milder = ReplayRules(changes={(Layer.MONEY, "country_budget"): RuleChange(action=Action.SEND)})
    outcome = replay([REFUSED, SENT], milder)
    assert (outcome.refused_before, outcome.refused, outcome.newly_sent) == (3, 0, 3)
    assert outcome.spent_micros == 210_000


def test_a_layer_that_only_records_refuses_nothing() -> None:
    only = ReplayRules(record_only=frozenset({Layer.MONEY}))
    assert replay([REFUSED], only).refused == 0


def test_a_released_number_stays_released() -> None:
    past = replace(REFUSED, released=True)
    assert verdict_under(NO_CHANGE, past).action is Action.SEND
    assert verdict_under(NO_CHANGE, REFUSED).action is Action.ANOTHER_WAY


def test_a_proof_of_work_that_was_solved_counts_again() -> None:
    asks = ReplayRules(
        changes={(Layer.REPUTATION, "*"): RuleChange(action=Action.PROOF_OF_WORK, work_level=2)}
    )
    assert replay([SENT], asks).asked == 1
    assert replay([replace(SENT, solved_level=2)], asks).asked == 0


def test_an_outcome_is_plain_values_in_dollars() -> None:
    told = replay([replace(SENT, proven=True), REFUSED], STRICTER).as_json()
    assert (told["saved_usd"], told["hurt"], told["refused"]) == (0.05, 1, 4)
    assert told["by_reason"][0] == {"layer": "money", "reason": "country_budget", "refused": 3}


@given(st.lists(SIGNALS, max_size=10), st.booleans())
def test_the_same_rules_change_nothing(found: list[list[Signal]], proven: bool) -> None:
    past = [
        PastDecision(action=assess(each).action, signals=tuple(each), proven=proven)
        for each in found
    ]
    outcome = replay(past, NO_CHANGE)
    assert outcome.refused == outcome.refused_before
    assert (outcome.newly_refused, outcome.newly_sent, outcome.hurt) == (0, 0, 0)


def test_nothing_recorded_is_nothing() -> None:
    assert replay([], STRICTER) == Outcome()
