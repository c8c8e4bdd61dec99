"""What a kept form's fields are called."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.urls import resolve
from django.views.generic import CreateView

from otpguard.flows.checkpoint.form_labels import form_labels, label_of
from tests import guarded


class Key(forms.Form):
    key_name = forms.CharField()
    scope = forms.CharField(label="What it may do")


def view_of(path: str) -> Any:
    return resolve(path, urlconf="tests.guarded").func


def test_a_form_that_the_view_names_says_how_its_fields_are_called() -> None:
    data = {"k-key_name": "ci", "k-scope": "read", "other": "x"}
    assert form_labels(data, view=view_of("/keys/"), form=Key(data, prefix="k")) == {
        "k-key_name": "Key name",
        "k-scope": "What it may do",
    }


def test_the_form_of_a_class_view_is_found() -> None:
    found = form_labels(guarded.CardForm.base_fields, view=view_of("/cards/"))
    assert found == {"holder": "Name on the card", "card_number": "Number of the card"}


def test_the_model_of_an_admin_page_or_class_view_is_found() -> None:
    names = ["username", "is_staff", "_save"]
    assert form_labels(names, view=view_of("/admin/auth/user/add/")) == {
        "username": "Username",
        "is_staff": "Staff status",
    }
    view = CreateView.as_view(model=Group, fields=["name"])
    assert form_labels(["name", "x"], view=view) == {"name": "Name"}


@pytest.mark.parametrize(
    ("name", "shown"), [("new_password", "New password"), ("a\0b", "Ab"), ("\u202e", "")]
)
def test_a_field_without_a_label_is_told_in_words(name: str, shown: str) -> None:
    assert label_of(name, {}) == shown


def test_a_label_that_turns_the_text_around_does_not() -> None:
    class Tricky(forms.Form):
        amount = forms.CharField(label="\u202eAmount\nto pay")

    assert form_labels(["amount"], view=None, form=Tricky()) == {"amount": "Amount to pay"}
