"""Recipients: every e-mail address of a person, also the ones just taken away."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import override_settings
from django.utils import timezone

from otpguard.core.audience import STILL_TOLD
from otpguard.models import NoticeEmail
from otpguard.notices.recipients import emails_of
from tests import factories

pytestmark = pytest.mark.django_db


def further(of: AbstractUser, email: str, **fields: Any) -> NoticeEmail:
    fields.setdefault("confirmed_at", timezone.now())
    return NoticeEmail.objects.create(user=of, email=email, email_index=email, **fields)


@pytest.fixture
def kim() -> AbstractUser:
    return factories.user("kim")


def of(user: AbstractUser) -> tuple[str, ...]:
    return emails_of(str(user.pk), now=timezone.now())


def test_the_account_comes_first_and_confirmed_emails_follow(kim: AbstractUser) -> None:
    further(kim, "one@example.org")
    further(kim, "two@example.org")
    assert of(kim) == ("kim@example.com", "one@example.org", "two@example.org")


def test_an_email_that_nobody_confirmed_gets_nothing(kim: AbstractUser) -> None:
    further(kim, "one@example.org", confirmed_at=None)
    further(kim, "two@example.org", confirmed_at=None, removed_at=timezone.now())
    assert of(kim) == ("kim@example.com",)


def test_a_removed_email_is_told_for_three_days_more(kim: AbstractUser) -> None:
    """A9: first the e-mail addresses, then the deed."""
    now = timezone.now()
    further(kim, "one@example.org", removed_at=now)
    told = ("kim@example.com", "one@example.org")
    last = now + STILL_TOLD - timedelta(seconds=1)
    assert emails_of(str(kim.pk), now=last) == told
    assert emails_of(str(kim.pk), now=now + STILL_TOLD) == told[:1]


def test_each_email_is_told_once_whatever_its_case(kim: AbstractUser) -> None:
    further(kim, "KIM@example.com")
    further(kim, "one@example.org", removed_at=timezone.now())
    further(kim, "One@example.org")
    assert of(kim) == ("kim@example.com", "one@example.org")


def test_nobody_hears_of_somebody_else(kim: AbstractUser) -> None:
    further(factories.user("lou"), "one@example.org")
    assert of(kim) == ("kim@example.com",)


def test_somebody_without_an_email_or_an_account_has_none() -> None:
    assert of(factories.user("kim", email="")) == ()
    assert emails_of("4711", now=timezone.now()) == ()


def test_an_email_under_a_lost_key_does_not_keep_the_others_from_being_told(
    kim: AbstractUser, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["a key that is lost by now"]}):
        further(kim, "lost@example.org")
    further(kim, "one@example.org")
    with caplog.at_level(logging.WARNING, logger="otpguard.notices"):
        assert of(kim) == ("kim@example.com", "one@example.org")
    assert "lost@example.org" not in caplog.text
    assert "cannot be decrypted" in caplog.text
