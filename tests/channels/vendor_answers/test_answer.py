"""One shape for what every vendor may answer."""

from __future__ import annotations

import pytest

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed, probable
from otpguard.core.outcome import Failure, FailureScope, Refused, Unavailable

TABLE = Answers(
    "acme",
    confirmed(Failure.AUTH_CONFIG, 7, at={Moment.SEND}),
    confirmed(Failure.EXPIRED_OR_GONE, 7, at={Moment.CLOSING}),
    confirmed(Failure.RATE_LIMITED, 8, scope=FailureScope.NUMBER, wait=6),
    confirmed(Failure.RATE_LIMITED, 9),
    probable(Failure.AUTH_CONFIG, "locked", scope=FailureScope.SENDER),
)


def test_an_answer_is_found_by_the_vendors_word_for_it() -> None:
    outcome = TABLE.outcome("locked")
    assert outcome == Unavailable(
        reason="acme locked",
        failure=Failure.AUTH_CONFIG,
        scope=FailureScope.SENDER,
        probable=True,
    )
    for unknown in ("LOCKED", 5, None, ""):
        assert TABLE.outcome(unknown) is None
        assert TABLE.failure(unknown, Moment.RECEIPT) is None


def test_the_same_word_may_mean_another_thing_at_another_moment() -> None:
    assert TABLE.failure(7, Moment.SEND) is Failure.AUTH_CONFIG
    assert TABLE.failure("7", Moment.CLOSING) is Failure.EXPIRED_OR_GONE
    assert TABLE.failure(7, Moment.RECEIPT) is None


def test_a_limit_on_one_number_refuses_one_message() -> None:
    refused = Refused(reason="acme 8", failure=Failure.RATE_LIMITED, retry_after=6)
    assert TABLE.outcome(8) == refused
    assert isinstance(TABLE.outcome(9), Unavailable)


def test_an_answer_cannot_mean_two_things_at_once() -> None:
    twice = (confirmed(Failure.BALANCE, 1), probable(Failure.TRANSIENT, "1", at={Moment.CHECK}))
    with pytest.raises(ValueError, match="acme: 1 is declared twice"):
        Answers("acme", *twice)


def test_all_are_listed_in_their_order() -> None:
    assert [answer.said for answer in TABLE] == ["7", "7", "8", "9", "locked"]
