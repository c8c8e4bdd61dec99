"""Logins of apps: which of them go on, and what they do not outlive."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import LoginSession, TokenLogin
from tests import factories

pytestmark = pytest.mark.django_db


def login_of(user: AbstractUser, until: datetime) -> TokenLogin:
    return TokenLogin.objects.create(
        session=factories.session(user), jti="1", password="hash", expires_at=until
    )


def test_the_live_ones_are_of_one_person_neither_ended_nor_expired() -> None:
    user, now = factories.user(), timezone.now()
    live = login_of(user, now + timedelta(days=1))
    login_of(user, now)
    login_of(factories.user(), now + timedelta(days=1))
    ended = login_of(user, now + timedelta(days=1))
    LoginSession.objects.filter(pk=ended.session_id).update(ended_at=now)
    assert list(TokenLogin.objects.live_of(str(user.pk), now=now)) == [live]


def test_a_login_session_is_of_one_app() -> None:
    row = login_of(factories.user(), timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        TokenLogin.objects.create(
            session=row.session, jti="2", password="hash", expires_at=row.expires_at
        )


def test_it_goes_with_its_session() -> None:
    row = login_of(factories.user(), timezone.now())
    row.session.delete()
    assert not TokenLogin.objects.exists()


def test_its_name_says_nothing_that_opens_it() -> None:
    row = login_of(factories.user(), timezone.now())
    shown = str(row)
    assert shown.startswith("login of an app until ")
    assert not any(word in shown for word in (str(row.pk), row.password, row.session_id))
