"""Show a flow's error about a value at the form field that it is about."""

from __future__ import annotations

from django import forms

from otpguard.exceptions import InvalidInput


def add_input_error(form: forms.Form, bad: InvalidInput) -> None:
    """Add the message at the form's field of that name; above the form when there is none."""
    form.add_error(bad.field if bad.field in form.fields else None, bad.message)
