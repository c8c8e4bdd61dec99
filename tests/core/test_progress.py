"""What a person is told of the tries at sending a code, and where a challenge stands."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.progress import OPEN_STAGES, shown_try, stage_of

QUEUED, SENDING, SENT = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT
DELIVERED, FAILED = DeliveryState.DELIVERED, DeliveryState.FAILED


@dataclass(frozen=True)
class Sent:
    step: int
    state: str
    remote: bool = False
    provider_ref: str | None = None


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ([], None),
        ([SENT], 0),
        ([DELIVERED, QUEUED], 1),
        ([DELIVERED, FAILED], 0),
        ([DELIVERED, DELIVERED, FAILED], 1),
        ([SENT, FAILED], 1),
    ],
)
def test_the_last_try_is_told_unless_it_failed_and_an_earlier_one_arrived(
    states: list[DeliveryState], shown: int | None
) -> None:
    found = shown_try([Sent(step, state) for step, state in enumerate(states)])
    assert (found.step if found else None) == shown


def test_a_try_whose_code_was_replaced_is_not_told() -> None:
    tries = [Sent(0, DELIVERED, remote=True, provider_ref="a")]
    tries.append(Sent(1, FAILED, remote=True, provider_ref="b"))
    assert shown_try(tries) is tries[1]


@pytest.mark.parametrize(
    ("shown", "stage"),
    [
        (None, "preparing"),
        (QUEUED, "sending"),
        (SENDING, "sending"),
        (SENT, "sent"),
        (DELIVERED, "sent"),
        (FAILED, "sent"),
    ],
)
def test_an_open_challenge_stands_where_its_message_is(
    shown: DeliveryState | None, stage: str
) -> None:
    row = Sent(0, shown) if shown else None
    assert stage_of("open", row, undeliverable=False) == stage
    assert stage_of("open", row, undeliverable=True) == "undeliverable"
    assert stage in OPEN_STAGES


@pytest.mark.parametrize("state", [each for each in ChallengeState if each != "open"])
def test_a_closed_one_stands_where_its_state_says(state: ChallengeState) -> None:
    assert stage_of(state, Sent(0, SENDING), undeliverable=True) == str(state)
    assert str(state) not in OPEN_STAGES
