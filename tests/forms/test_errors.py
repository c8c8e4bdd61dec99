"""A flow's word on a value stands at the field that holds it."""

from __future__ import annotations

import pytest

from otpguard.exceptions import InvalidInput
from otpguard.forms.errors import add_input_error
from otpguard.forms.factor import NameForm


@pytest.mark.parametrize(
    ("field", "shown_at"), [("name", "name"), ("", "__all__"), ("user_id", "__all__")]
)
def test_the_message_stands_at_the_field_or_above_the_form(field: str, shown_at: str) -> None:
    form = NameForm({"name": "Work"})
    assert form.is_valid()
    add_input_error(form, InvalidInput(field, "No."))
    assert form.errors == {shown_at: ["No."]}
