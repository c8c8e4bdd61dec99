"""Rules for a replay are read strictly, and every mistake is told with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.replay_rules import ReplayRulesError, read_replay_rules
from otpguard.core.pumping.verdict import Action, Layer, Signal

HEAD = "layer,reason,action,weight,work_level\n"


def found(layer: Layer = Layer.MONEY, reason: str = "country_budget") -> Signal:
    return Signal(layer=layer, action=Action.ANOTHER_WAY, reason=reason, weight=60)


def mistakes(text: str) -> tuple[str, ...]:
    with pytest.raises(ReplayRulesError) as wrong:
        read_replay_rules(text)
    return wrong.value.mistakes


def test_a_line_changes_the_signals_of_its_reason_alone() -> None:
    rules = read_replay_rules(HEAD + "money,country_budget,send,10,\n")
    assert rules.changed(found()).action is Action.SEND
    assert rules.changed(found()).weight == 10
    assert rules.changed(found(reason="prefix_ceiling")) == found(reason="prefix_ceiling")


def test_a_reason_counts_before_the_star_of_its_layer() -> None:
    rules = read_replay_rules(HEAD + "money,*,refuse,,\nmoney,country_budget,proof_of_work,,\n")
    assert rules.changed(found(reason="x")).action is Action.REFUSE
    assert rules.changed(found()).action is Action.PROOF_OF_WORK
    assert rules.changed(found()).work_level == 1
    assert rules.changed(found()).weight == 60


def test_a_layer_may_only_record() -> None:
    assert read_replay_rules(HEAD + "network,*,record_only,,\n").record_only == {Layer.NETWORK}


def test_spreadsheets_comments_and_empty_lines_are_read() -> None:
    text = "\ufefflayer;action\r\n\r\n# calm\r\nmoney;send\r\n"
    assert read_replay_rules(text).changed(found()).action is Action.SEND


def test_every_mistake_is_told_with_its_line() -> None:
    told = mistakes(
        HEAD
        + "monney,*,send,,\n"
        + "money,*,sent,,\n"
        + "money,a,send,101,\n"
        + "money,b,proof_of_work,,9\n"
        + "money,c,record_only,,\n"
        + "network,*,send,,\nnetwork,*,refuse,,\n"
    )
    assert [each.partition(":")[0] for each in told] == [f"line {n}" for n in (2, 3, 4, 5, 6, 8)]
    assert 'did you mean "money"?' in told[0]
    assert 'did you mean "send"?' in told[1]
    assert "line 7 already" in told[5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the first line must name the columns"),
        ("layer,reason\n", 'line 1: the column "action" is missing'),
        ("layer,acton\n", 'line 1: unknown column "acton", did you mean "action"?'),
    ],
)
def test_a_file_of_another_kind_is_refused(text: str, said: str) -> None:
    assert any(said in each for each in mistakes(text))


@given(st.text(max_size=200))
def test_any_text_is_rules_or_a_list_of_mistakes(text: str) -> None:
    told: tuple[str, ...] = ()
    try:
        read_replay_rules(text)
    except ReplayRulesError as wrong:
        told = wrong.mistakes
    assert all(each.startswith("line ") for each in told)
