"""Sentences about outcomes, in English and German."""

from __future__ import annotations

import pytest
from django.utils import translation

from otpguard.core.decision import Reason
from otpguard.flows.answer import Rejected
from otpguard.web import messages

STARTS = (
    "foreign",
    "factor_locked",
    "factor_not_acceptable",
    "no_route",
    "no_sends_left",
    "closed",
)
ANSWERS = ("wrong", "exhausted", "expired", "used", "canceled", "locked", "wait", "unknown")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (89, "89 seconds"),
        (90, "2 minutes"),
        (120, "2 minutes"),
        (121, "3 minutes"),
    ],
)
def test_a_duration_is_never_shorter_than_it_is(seconds: int, said: str) -> None:
    assert messages.duration(seconds) == said


def test_a_full_cap_and_a_wait_say_how_long() -> None:
    assert messages.start_refused("cap_session", 600).endswith("Try again in 10 minutes.")
    assert messages.start_refused("wait", 30).endswith("Try again in 30 seconds.")


@pytest.mark.parametrize("reason", STARTS)
def test_every_refused_start_has_a_sentence_of_its_own(reason: str) -> None:
    assert messages.start_refused(reason, 0) not in {messages.problem("nothing known"), reason}


def test_a_reason_of_the_core_is_said_in_its_own_words() -> None:
    assert messages.problem(Reason.NO_TENANT) == "No organization is selected."


def test_an_unknown_code_still_gives_a_sentence() -> None:
    assert messages.problem("from a later release") == "This cannot go on."


def test_a_wrong_code_tells_the_tries_left_and_the_wait() -> None:
    assert messages.rejected(Rejected(reason="wrong", attempts_left=1)) == (
        "That code is not right. 1 try left."
    )
    assert messages.rejected(Rejected(reason="wrong", attempts_left=3, retry_after=20)) == (
        "That code is not right. 3 tries left. Wait 20 seconds before the next try."
    )


@pytest.mark.parametrize("reason", ["tries_used", "gone", "unavailable"])
def test_what_a_vendor_says_about_its_code_tells_what_to_do(reason: str) -> None:
    text = messages.rejected(Rejected(reason=reason))
    assert "end a new one." in text
    assert text != messages.rejected(Rejected(reason="unknown"))


@pytest.mark.parametrize("reason", ANSWERS)
def test_every_rejection_is_a_sentence_in_english_and_german(reason: str) -> None:
    rejected = Rejected(reason=reason, attempts_left=2, retry_after=60)
    english = messages.rejected(rejected)
    with translation.override("de"):
        german = messages.rejected(rejected)
    assert english.endswith(".")
    assert german.endswith(".")
    assert german != english
