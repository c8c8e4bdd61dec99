"""Django's own password validation refuses what is known from breaches."""

from __future__ import annotations

from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import (
    get_password_validators,
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ImproperlyConfigured, ValidationError

from otpguard.checks.passwords import VALIDATOR
from otpguard.contrib.breached_password import BreachedPasswordValidator
from otpguard.models import Event
from tests import factories


def configured(**options: Any) -> Any:
    return get_password_validators([{"NAME": VALIDATOR, "OPTIONS": options}])


@pytest.fixture
def file(tmp_path: Path) -> str:
    made = tmp_path / "breached.txt"
    made.write_text(f"{sha1(b'letmein').hexdigest().upper()}:7\n")
    return str(made)


def test_a_breached_password_is_refused_and_another_is_not(file: str) -> None:
    found = configured(file=file)
    validate_password("correct horse", password_validators=found)
    with pytest.raises(ValidationError) as refused:
        validate_password("letmein", password_validators=found)
    assert refused.value.error_list[0].code == "password_breached"
    assert "breaches" in password_validators_help_texts(found)[0]


def test_a_password_that_was_seen_less_often_is_let_through(file: str) -> None:
    validate_password("letmein", password_validators=configured(file=file, least=8))


@pytest.mark.django_db
def test_without_the_list_everybody_can_choose_a_password_and_the_log_says_of_whom() -> None:
    user = factories.user()
    found = configured(file="/no/such/file")
    validate_password("letmein", user=user, password_validators=found)
    validate_password("letmein", user=type(user)(username="new"), password_validators=found)
    validate_password("letmein", password_validators=found)
    about = Event.objects.filter(kind="password.not_checked").order_by("id")
    assert [bool(event.subject_ref) for event in about] == [True, False, False]


@pytest.mark.parametrize("options", [{"least": 0}, {"least": "1"}, {"url": "ftp://x"}])
def test_options_that_cannot_be_used_are_refused(options: Any) -> None:
    with pytest.raises(ImproperlyConfigured):
        BreachedPasswordValidator(**options)
