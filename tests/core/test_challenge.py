"""The only legal moves of a challenge and of its deliveries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.challenge import (
    ChallengeMove,
    ChallengeState,
    DeliveryState,
    IllegalMoveError,
    advance_challenge,
    states_before,
)

OPEN = ChallengeState.OPEN
FINAL = [state for state in ChallengeState if state is not OPEN]
ORDER = list(DeliveryState)


@pytest.mark.parametrize(
    ("move", "state"),
    [
        (ChallengeMove.VERIFY, ChallengeState.VERIFIED),
        (ChallengeMove.EXHAUST, ChallengeState.EXHAUSTED),
        (ChallengeMove.EXPIRE, ChallengeState.EXPIRED),
        (ChallengeMove.CANCEL, ChallengeState.CANCELED),
        (ChallengeMove.REPUDIATE, ChallengeState.REPUDIATED),
    ],
)
def test_an_open_challenge_ends_as_its_move_says(
    move: ChallengeMove, state: ChallengeState
) -> None:
    assert advance_challenge(OPEN, move) is state


@pytest.mark.parametrize("state", FINAL)
def test_a_final_challenge_moves_no_more(state: ChallengeState) -> None:
    for move in ChallengeMove:
        with pytest.raises(IllegalMoveError, match=str(state)):
            advance_challenge(state, move)


@given(moves=st.lists(st.sampled_from(ChallengeMove), min_size=1))
def test_of_any_sequence_of_moves_only_the_first_counts(moves: list[ChallengeMove]) -> None:
    state, done = OPEN, []
    for move in moves:
        try:
            state = advance_challenge(state, move)
        except IllegalMoveError:
            continue
        done.append(move)
    assert done == moves[:1]
    assert state is not OPEN


@given(asked=st.lists(st.sampled_from(DeliveryState)))
def test_a_delivery_only_ever_goes_forward(asked: list[DeliveryState]) -> None:
    state = DeliveryState.QUEUED
    for following in asked:
        if state in states_before(following):
            assert ORDER.index(following) >= ORDER.index(state)
            assert following is not DeliveryState.QUEUED
            state = following


@pytest.mark.parametrize("final", [DeliveryState.DELIVERED, DeliveryState.FAILED])
def test_nothing_follows_a_delivered_or_failed_delivery(final: DeliveryState) -> None:
    assert [state for state in DeliveryState if final in states_before(state)] == []


def test_a_lapsed_lease_may_be_taken_over() -> None:
    assert DeliveryState.SENDING in states_before(DeliveryState.SENDING)


def test_a_receipt_may_overtake_the_answer_of_the_send() -> None:
    assert DeliveryState.SENDING in states_before(DeliveryState.DELIVERED)


def test_a_queued_delivery_is_sent_only_by_someone_who_claimed_it() -> None:
    assert DeliveryState.QUEUED not in states_before(DeliveryState.SENT)
    assert states_before(DeliveryState.SENDING) == (DeliveryState.QUEUED, DeliveryState.SENDING)
