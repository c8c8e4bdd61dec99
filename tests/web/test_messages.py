"""Sentences about outcomes, in every language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone, translation

from otpguard.core.decision import Reason
from otpguard.core.reasons import (
    AnswerReason,
    CeremonyFault,
    StartReason,
)
from otpguard.flows.challenge.answer import Rejected
from otpguard.web import messages
from otpguard.web.messages import PageProblem
from tests.po_files import LANGUAGES

OWN_WORDS = (*PageProblem, *StartReason, *Reason)
REJECTIONS = (*AnswerReason, *CeremonyFault)


def test_a_wait_is_told_as_the_time_when_it_ends() -> None:
    now = timezone.now()
    assert messages.Waiting.of(0, now=now) is None
    wait = messages.Waiting.of(600, now=now)
    assert wait is not None
    assert (wait.until - now, wait.seconds) == (timedelta(minutes=10), 600)


def test_every_reason_has_its_sentence() -> None:
    assert set(messages.PROBLEMS) == set(PageProblem)
    assert set(messages.NOT_STARTED) == set(StartReason)
    assert {*messages.REJECTED, AnswerReason.WRONG} == {*AnswerReason, *CeremonyFault}


def in_every_language(say: Callable[[], str]) -> None:
    """Raises AssertionError when it is no sentence, or the same one in two languages."""
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            said[language] = say()
        assert said[language].endswith("."), said
    assert len(set(said.values())) == len(LANGUAGES), said


def test_every_problem_is_a_sentence_in_every_language() -> None:
    for code in OWN_WORDS:
        in_every_language(partial(messages.problem, code))


def test_a_reason_of_the_core_is_said_in_its_own_words() -> None:
    assert messages.problem(Reason.NO_TENANT) == "No organization is selected. Select one first."


def test_a_wrong_code_tells_the_tries_left() -> None:
    assert messages.rejected(Rejected(reason=AnswerReason.WRONG, attempts_left=1)) == (
        "That code is not right. 1 try left."
    )
    assert messages.rejected(
        Rejected(reason=AnswerReason.WRONG, attempts_left=3, retry_after=20)
    ) == ("That code is not right. 3 tries left.")


@pytest.mark.parametrize(
    "reason", [AnswerReason.TRIES_USED, AnswerReason.GONE, AnswerReason.UNAVAILABLE]
)
def test_what_a_vendor_says_about_its_code_tells_what_to_do(reason: AnswerReason) -> None:
    text = messages.rejected(Rejected(reason=reason))
    assert "end a new one." in text
    assert text != messages.rejected(Rejected(reason=AnswerReason.UNKNOWN))


def test_every_rejection_is_a_sentence_in_every_language() -> None:
    for reason in REJECTIONS:
        rejected = Rejected(reason=reason, attempts_left=2, retry_after=60)
        in_every_language(partial(messages.rejected, rejected))
