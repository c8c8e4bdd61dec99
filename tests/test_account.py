"""The e-mail address of an account is read in one place, whatever user model the host has."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.test.utils import isolate_apps
from django.utils.functional import SimpleLazyObject

from otpguard.account import email_field, email_of, find_user, name_of, search_columns
from tests import factories


@pytest.mark.django_db
def test_the_email_is_that_of_now_or_none() -> None:
    user = factories.user(email="a@example.com")
    assert email_of(find_user(user.pk)) == "a@example.com"
    user.email = ""
    user.save()
    assert email_of(find_user(str(user.pk))) == ""
    user.delete()
    assert find_user(0) is None
    assert email_of(find_user(0)) == ""


@pytest.mark.django_db
def test_a_user_who_is_loaded_when_looked_at_has_their_email() -> None:
    user = SimpleLazyObject(lambda: factories.user(email="a@example.com"))
    assert email_of(user) == "a@example.com"


def test_the_usual_model_can_be_searched_by_email() -> None:
    assert email_field(get_user_model()) == "email"


@isolate_apps("otpguard")
def test_a_model_names_its_own_email_field() -> None:
    class Contact(AbstractBaseUser):
        EMAIL_FIELD = "work_email"
        email = models.CharField(max_length=99)
        work_email = models.EmailField()

        class Meta:
            app_label = "otpguard"

    user = Contact(email="decoy@example.com", work_email="kim@example.com")
    assert email_of(user) == "kim@example.com"
    assert email_field(Contact) == "work_email"


@isolate_apps("otpguard")
@pytest.mark.parametrize("named", [None, "", "email"])
def test_a_model_without_an_email_field_has_no_email(named: str | None) -> None:
    class Badge(AbstractBaseUser):
        EMAIL_FIELD = named

        class Meta:
            app_label = "otpguard"

    assert email_of(Badge()) == ""
    assert email_field(Badge) == ""


@isolate_apps("otpguard")
@pytest.mark.parametrize("value", [None, 7, ["kim@example.com"]])
def test_only_text_is_an_email(value: object) -> None:
    class Odd(AbstractBaseUser):
        EMAIL_FIELD = "emails"
        emails = value

        class Meta:
            app_label = "otpguard"

    assert email_of(Odd()) == ""
    assert email_field(Odd) == ""


def test_a_name_is_text_whatever_people_log_in_by() -> None:
    class ByNumber:
        def get_username(self) -> int:
            return 7

    assert name_of(ByNumber()) == "7"
    assert name_of(None) == ""


def test_people_are_searched_by_what_their_model_has() -> None:
    assert search_columns(get_user_model()) == ("username", "email")
