"""What a kept form's fields are called."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve
from django.views.generic import CreateView

from otpguard.http.form_labels import form_labels, label_of
from tests import guarded


class Key(forms.Form):
    key_name = forms.CharField()
    scope = forms.CharField(label="What it may do")


def posted(path: str, data: dict[str, Any]) -> HttpRequest:
    request = RequestFactory().post(path, data)
    request.resolver_match = resolve(path, urlconf="tests.guarded")
    return request


def test_a_form_that_the_view_names_says_how_its_fields_are_called() -> None:
    data = {"k-key_name": "ci", "k-scope": "read", "other": "x"}
    request = posted("/keys/", data)
    assert form_labels(request, Key(data, prefix="k")) == {
        "k-key_name": "Key name",
        "k-scope": "What it may do",
    }


def test_the_form_of_a_class_view_is_found() -> None:
    found = form_labels(posted("/cards/", guarded_card()))
    assert found == {"holder": "Name on the card", "card_number": "Number of the card"}


def guarded_card() -> dict[str, str]:
    return dict.fromkeys(guarded.CardForm.base_fields, "x")


def test_the_model_of_an_admin_page_or_class_view_is_found() -> None:
    data = {"username": "ada", "is_staff": "on", "_save": "Save"}
    assert form_labels(posted("/admin/auth/user/add/", data)) == {
        "username": "Username",
        "is_staff": "Staff status",
    }
    request = RequestFactory().post("/groups/", {"name": "x"})
    view = CreateView.as_view(model=Group, fields=["name"])
    request.resolver_match = resolve("/keys/", urlconf="tests.guarded")
    request.resolver_match.func = view
    assert form_labels(request) == {"name": "Name"}


@pytest.mark.parametrize(
    ("name", "shown"), [("new_password", "New password"), ("a\0b", "Ab"), ("\u202e", "")]
)
def test_a_field_without_a_label_is_told_in_words(name: str, shown: str) -> None:
    assert label_of(name, {}) == shown


def test_a_label_that_turns_the_text_around_does_not() -> None:
    class Tricky(forms.Form):
        amount = forms.CharField(label="\u202eAmount\nto pay")

    request = posted("/keys/", {"amount": "1"})
    assert form_labels(request, Tricky()) == {"amount": "Amount to pay"}
