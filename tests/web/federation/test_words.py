"""Each word has its sentence, and each reason its word."""

from __future__ import annotations

from otpguard.core.federation.grade import IdpReason
from otpguard.flows.federation.accept import SignInFault
from otpguard.web.federation.words import WORDS, SsoProblem, problem_of


def test_every_word_has_a_sentence() -> None:
    assert set(WORDS) == set(SsoProblem)


def test_every_reason_has_a_word() -> None:
    for reason in (*SignInFault, *IdpReason):
        assert problem_of(reason) in WORDS
    assert problem_of(SignInFault.OTHER_PERSON) is SsoProblem.OTHER_PERSON
    assert problem_of(IdpReason.NO_TIME) is SsoProblem.NOT_ENOUGH
