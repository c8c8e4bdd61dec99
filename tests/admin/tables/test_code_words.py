"""Codes in the log and at deliveries, in words."""

from __future__ import annotations

from enum import StrEnum
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from otpguard.admin.tables.code_words import code_column, code_words
from otpguard.core.decision import Reason
from otpguard.core.limits import Lane
from otpguard.core.outcome import Failure, FailureScope
from otpguard.core.password_reset import ResetNeed, WithheldReason
from otpguard.core.reasons import AnswerReason, CeremonyFault, FormReason, StartReason
from tests.po_files import LANGUAGES

CODES: tuple[type[StrEnum], ...] = (
    *(Failure, FailureScope, Lane, Reason),
    *(StartReason, AnswerReason, CeremonyFault, FormReason),
    *(ResetNeed, WithheldReason),
)


@pytest.mark.parametrize("codes", CODES)
def test_every_code_of_ours_has_words(codes: type[StrEnum]) -> None:
    for code in codes:
        words = code_words(code.value)
        assert words, code
        assert "_" not in words, code


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_every_code_has_words_in_every_language(language: str) -> None:
    here = {code: code_words(code.value) for codes in CODES for code in codes}
    with override(language):
        assert [code for code, words in here.items() if code_words(code.value) == words] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("carrier_filtered", "the carrier filtered it out"),
        ("receipt: carrier_filtered", "receipt: the carrier filtered it out"),
        ("receipt: 30007", "receipt: 30007"),
        ("new role: admin", "new role: admin"),
        ("opted_out", "the person has stopped messages"),
        ("no receipt in time", "no receipt in time"),
        ("of_another_release", "of another release"),
        ("twilio: 30007", "twilio: 30007"),
        ("invited by ada_k", "invited by ada_k"),
        ("", ""),
    ],
)
def test_what_somebody_else_has_said_is_shown_as_it_is(code: str, words: str) -> None:
    assert code_words(code) == words


def test_what_our_own_code_says_is_translated() -> None:
    with override("de"):
        assert code_words("no receipt in time") == "keine Quittung in der Zeit"
        assert code_words("receipt: carrier_filtered") == "Quittung: vom Netzbetreiber ausgefiltert"


def test_a_column_of_codes_is_shown_in_words() -> None:
    column = code_column("failure", "failure")
    assert column(None, SimpleNamespace(failure="balance")) == code_words("balance")
    assert column(None, SimpleNamespace(failure="")) == "-"
