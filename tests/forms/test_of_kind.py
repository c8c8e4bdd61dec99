"""A driver names its forms as classes or by their paths."""

from __future__ import annotations

import pytest
from django import forms

from otpguard.factors.catalog import drivers
from otpguard.forms.factor import NameForm
from otpguard.forms.of_kind import form_of


class Own(forms.Form):
    """A form of a host."""


def test_a_form_is_found_by_its_path_and_a_class_is_itself() -> None:
    assert form_of("otpguard.forms.factor.NameForm") is NameForm
    assert form_of(Own) is Own


def test_a_path_that_leads_nowhere_is_an_error() -> None:
    with pytest.raises(ImportError):
        form_of("otpguard.forms.factor.Nowhere")


@pytest.mark.parametrize("slug", drivers())
def test_the_answer_of_every_kind_is_called_code(slug: str) -> None:
    form = form_of(drivers()[slug].answer_form)
    assert list(form.base_fields) == ["code"]
    assert form({"code": " "}).errors
