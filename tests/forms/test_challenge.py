"""Input of the step-up pages."""

from __future__ import annotations

from uuid import UUID

import pytest

from otpguard.forms.challenge import AnswerForm, ChooseForm
from otpguard.forms.factor import RecoveryCodeForm
from otpguard.forms.phone import PhoneForm

FACTOR = UUID("00000000-0000-4000-8000-000000000001")


def test_a_factor_is_chosen_by_its_id() -> None:
    form = ChooseForm({"factor": str(FACTOR)})
    assert form.is_valid()
    assert form.cleaned_data["factor"] == FACTOR


@pytest.mark.parametrize(
    ("given", "says"),
    [({}, "Choose how to confirm."), ({"factor": "1 OR 1=1"}, "Enter a valid UUID.")],
)
def test_what_is_no_factor_is_refused_at_its_field(given: dict[str, str], says: str) -> None:
    assert ChooseForm(given).errors == {"factor": [says]}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("123456", "123456"),
        ("  123 456 ", "123 456"),
        ("123-456", "123-456"),
        ("\uff11\uff12", "\uff11\uff12"),
    ],
)
def test_an_answer_is_taken_as_it_was_typed(typed: str, read: str) -> None:
    form = AnswerForm({"code": typed})
    assert form.is_valid()
    assert form.cleaned_data["code"] == read


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter the code that was sent to you."),
        ("   ", "Enter the code that was sent to you."),
        ("1" * 65, "This is longer than a code can be."),
    ],
)
def test_what_can_be_no_code_is_refused_at_its_field(typed: str, says: str) -> None:
    assert AnswerForm({"code": typed}).errors == {"code": [says]}
    assert AnswerForm({"code": "1" * 64}).is_valid()


def test_a_nul_is_refused_before_it_reaches_the_database() -> None:
    assert "code" in AnswerForm({"code": "123\x00456"}).errors


def test_codes_run_from_left_to_right_on_every_page() -> None:
    for field in (AnswerForm()["code"], PhoneForm()["number"], RecoveryCodeForm()["code"]):
        assert 'dir="ltr"' in str(field)


def test_phones_offer_the_code_from_the_message() -> None:
    shown = str(AnswerForm()["code"])
    assert 'autocomplete="one-time-code"' in shown
    assert 'inputmode="numeric"' in shown
    assert "value=" not in shown
