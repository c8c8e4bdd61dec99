"""A wrong password is counted without a look at who it was for."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.session.wrong_password import note_wrong_password
from otpguard.models import WrongPasswords
from tests.store_down import store_down

NOW = timezone.now()


@pytest.mark.django_db
def test_a_wrong_password_is_counted_for_each_name_that_was_typed() -> None:
    note_wrong_password(names=["kim", "kim@example.com"], now=NOW)
    assert WrongPasswords.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_login_is_refused_as_ever_while_the_store_is_down(caplog: Any) -> None:
    with store_down():
        note_wrong_password(names=["kim"], now=NOW)
    assert "not counted" in caplog.text
    assert not WrongPasswords.objects.exists()
