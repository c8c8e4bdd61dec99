"""What a try at sending came to: closed, told apart by type, and sorted by what follows."""

from __future__ import annotations

from typing import get_args

import pytest

from otpguard.core.outcome import (
    ROUTE_FAILURES,
    Accepted,
    Failure,
    FailureScope,
    Outcome,
    Refused,
    Unavailable,
    failed,
)


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


def test_the_failures_are_those_that_vendors_codes_are_sorted_into() -> None:
    assert {failure.name for failure in Failure} == {
        "INVALID_NUMBER",
        "LANDLINE_OR_UNREACHABLE",
        "CHANNEL_UNAVAILABLE",
        "FRAUD_BLOCKED",
        "GEO_BLOCKED",
        "CARRIER_FILTERED",
        "NOT_REGISTERED",
        "OPTED_OUT",
        "RATE_LIMITED",
        "CONFLICT_OPEN",
        "WRONG_CODE",
        "CHECKS_EXHAUSTED",
        "EXPIRED_OR_GONE",
        "AUTH_CONFIG",
        "BALANCE",
        "TRANSIENT",
        "UNKNOWN_OUTCOME",
    }


@pytest.mark.parametrize("failure", Failure)
def test_what_follows_from_a_failure_follows_from_its_outcome(failure: Failure) -> None:
    outcome = failed(failure, reason="because", retry_after=3)
    assert isinstance(outcome, Unavailable) == (failure in ROUTE_FAILURES)
    assert (outcome.failure, outcome.reason, outcome.retry_after) == (failure, "because", 3)
    assert outcome.may_fall_back == (failure is not Failure.FRAUD_BLOCKED)
    assert outcome.perhaps_sent == (failure is Failure.UNKNOWN_OUTCOME)
    ours = failure in {Failure.AUTH_CONFIG, Failure.BALANCE}
    assert outcome.pages_operator == ours
    if isinstance(outcome, Unavailable):
        assert outcome.pauses_route == ours


def test_a_fault_of_the_route_is_no_refusal_of_a_message_nor_the_other_way_round() -> None:
    with pytest.raises(ValueError, match="auth_config"):
        Refused(reason="", failure=Failure.AUTH_CONFIG)
    with pytest.raises(ValueError, match="invalid_number"):
        Unavailable(reason="", failure=Failure.INVALID_NUMBER)


def test_one_number_may_be_limited_without_any_fault_of_the_route() -> None:
    refused = Refused(reason="", failure=Failure.RATE_LIMITED, retry_after=600)
    assert refused.may_fall_back


@pytest.mark.parametrize(
    ("scope", "probable", "pauses", "counts"),
    [
        (FailureScope.ACCOUNT, False, True, True),
        (FailureScope.COUNTRY, False, True, True),
        (FailureScope.SENDER, False, False, True),
        (FailureScope.NUMBER, False, False, False),
        (FailureScope.ACCOUNT, True, False, False),
        (FailureScope.SENDER, True, False, False),
    ],
)
def test_what_a_failure_concerns_decides_what_it_pauses(
    scope: FailureScope, probable: bool, pauses: bool, counts: bool
) -> None:
    outcome = failed(Failure.AUTH_CONFIG, reason="", scope=scope, probable=probable)
    assert isinstance(outcome, Unavailable)
    assert (outcome.pauses_route, outcome.counts_against_route) == (pauses, counts)
    assert outcome.pages_operator
