"""The host's user model is asked for the address of now."""

from __future__ import annotations

import pytest

from otpguard.flows.account import email_of
from tests import factories


@pytest.mark.django_db
def test_the_address_is_that_of_now_or_none() -> None:
    user = factories.user(email="a@example.com")
    assert email_of(user.pk) == "a@example.com"
    user.email = ""
    user.save()
    assert email_of(str(user.pk)) == ""
    user.delete()
    assert email_of(0) == ""
