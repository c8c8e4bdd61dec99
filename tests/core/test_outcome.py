"""What a try at sending came to: closed, and told apart by type and not by truth."""

from __future__ import annotations

from typing import get_args

import pytest

from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable


def told(outcome: Outcome) -> str:
    match outcome:
        case Accepted(reference=reference, delivered=delivered):
            return f"accepted {reference} {delivered}"
        case Refused(reason=reason):
            return f"refused {reason}"
        case Unavailable(reason=reason):
            return f"unavailable {reason}"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Accepted(reference="SM1"), "accepted SM1 False"),
        (Accepted(delivered=True), "accepted  True"),
        (Refused(reason="landline"), "refused landline"),
        (Unavailable(reason="landline"), "unavailable landline"),
    ],
)
def test_an_outcome_is_matched_by_its_kind(outcome: Outcome, words: str) -> None:
    assert told(outcome) == words


def test_the_same_reason_means_something_else_in_another_kind() -> None:
    refused: object = Refused(reason="busy")
    assert refused != Unavailable(reason="busy")


def test_a_provider_can_answer_in_three_ways_only() -> None:
    assert set(get_args(Outcome)) == {Accepted, Refused, Unavailable}
