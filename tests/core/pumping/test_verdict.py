"""The verdict of the pumping defense: the most severe signal that counts decides."""

from __future__ import annotations

from dataclasses import replace

from otpguard.core.pumping.verdict import Action, Layer, Signal, assess

ASKS = Signal(layer=Layer.NETWORK, action=Action.PROOF_OF_WORK, reason="hosting", work_level=2)
DIVERTS = Signal(layer=Layer.MONEY, action=Action.ANOTHER_WAY, reason="country", weight=60)
REFUSES = Signal(layer=Layer.VELOCITY, action=Action.REFUSE, reason="number")


def test_nothing_found_lets_the_send_pass() -> None:
    verdict = assess(())
    assert verdict.action is Action.SEND
    assert verdict.decided_by is None


def test_the_most_severe_finding_decides() -> None:
    verdict = assess((ASKS, REFUSES, DIVERTS))
    assert verdict.action is Action.REFUSE
    assert verdict.decided_by is REFUSES
    assert verdict.signals == (ASKS, REFUSES, DIVERTS)


def test_of_equally_severe_signals_the_weightiest_decides() -> None:
    surer = Signal(layer=Layer.REPUTATION, action=Action.ANOTHER_WAY, reason="prefix", weight=90)
    assert assess((DIVERTS, surer)).decided_by is surer


def test_a_layer_that_only_records_is_kept_and_does_not_decide() -> None:
    verdict = assess((DIVERTS, REFUSES), record_only={Layer.VELOCITY})
    assert verdict.decided_by is DIVERTS
    assert REFUSES in verdict.signals


def test_a_solved_proof_of_work_answers_its_level_and_those_below() -> None:
    assert assess((ASKS,), work_level=2).action is Action.SEND
    assert assess((ASKS,), work_level=1).work_level == 2


def test_a_solved_proof_of_work_never_buys_a_place_beyond_a_budget() -> None:
    assert assess((ASKS, DIVERTS), work_level=3).decided_by is DIVERTS


def test_a_lifted_signal_is_kept_and_does_not_count() -> None:
    verdict = assess((DIVERTS, ASKS), lifted=(DIVERTS,))
    assert verdict.decided_by is ASKS
    assert verdict.released
    assert DIVERTS in verdict.signals


def test_a_note_beside_a_refusal_decides_nothing() -> None:
    note = Signal(layer=Layer.NETWORK, action=Action.SEND, reason="network_off")
    assert assess((note,)).action is Action.SEND
    assert assess((note, DIVERTS)).decided_by is DIVERTS


def test_a_solved_proof_of_work_is_no_way_around_the_reserve() -> None:
    fired = replace(ASKS, opens_reserve=True)
    assert assess((fired,), work_level=3).only_reserve
    assert assess((fired,)).only_reserve
    assert not assess((ASKS,), work_level=3).only_reserve


def test_what_does_not_count_leaves_more_than_the_reserve() -> None:
    fired = replace(ASKS, opens_reserve=True)
    assert not assess((fired,), record_only={fired.layer}, work_level=3).only_reserve
    assert not assess((fired,), lifted=(fired,), work_level=3).only_reserve
