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
    advance,
    may_become,
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
        (ChallengeMove.REPORT, ChallengeState.REPORTED),
    ],
)
def test_an_open_challenge_ends_as_its_move_says(
    move: ChallengeMove, state: ChallengeState
) -> None:
    assert advance(OPEN, move) is state


@pytest.mark.parametrize("state", FINAL)
@pytest.mark.parametrize("move", ChallengeMove)
def test_a_final_challenge_moves_no_more(state: ChallengeState, move: ChallengeMove) -> None:
    with pytest.raises(IllegalMoveError, match=str(state)):
        advance(state, move)


@given(moves=st.lists(st.sampled_from(ChallengeMove), min_size=1))
def test_of_any_sequence_of_moves_only_the_first_counts(moves: list[ChallengeMove]) -> None:
    state, done = OPEN, []
    for move in moves:
        try:
            state = advance(state, move)
        except IllegalMoveError:
            continue
        done.append(move)
    assert done == moves[:1]
    assert state is not OPEN


@given(asked=st.lists(st.sampled_from(DeliveryState)))
def test_a_delivery_only_ever_goes_forward(asked: list[DeliveryState]) -> None:
    state = DeliveryState.QUEUED
    for following in asked:
        if may_become(state, following):
            assert ORDER.index(following) >= ORDER.index(state)
            assert following is not DeliveryState.QUEUED
            state = following


@pytest.mark.parametrize("final", [DeliveryState.DELIVERED, DeliveryState.FAILED])
@pytest.mark.parametrize("following", DeliveryState)
def test_nothing_follows_a_delivered_or_failed_delivery(
    final: DeliveryState, following: DeliveryState
) -> None:
    assert not may_become(final, following)


def test_a_lapsed_lease_may_be_taken_over() -> None:
    assert may_become(DeliveryState.SENDING, DeliveryState.SENDING)


def test_a_receipt_may_overtake_the_answer_of_the_send() -> None:
    assert may_become(DeliveryState.SENDING, DeliveryState.DELIVERED)


def test_a_queued_delivery_is_sent_only_by_someone_who_claimed_it() -> None:
    assert not may_become(DeliveryState.QUEUED, DeliveryState.SENT)
    assert states_before(DeliveryState.SENDING) == (DeliveryState.QUEUED, DeliveryState.SENDING)


@pytest.mark.parametrize("following", DeliveryState)
def test_a_conditional_update_asks_for_exactly_the_states_that_may_lead_there(
    following: DeliveryState,
) -> None:
    before = states_before(following)
    assert all(may_become(state, following) == (state in before) for state in DeliveryState)
