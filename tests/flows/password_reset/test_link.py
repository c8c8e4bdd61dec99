"""Links to reset a password: whose they are, and what ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard import vault
from otpguard.flows.password_reset.link import find_link, make_link
from otpguard.models import ResetLink
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_link_is_found_by_its_token_and_its_person_only() -> None:
    user, other, now = factories.user(), factories.user(), timezone.now()
    row, token = make_link(user, now=now)
    assert find_link(user=user, token=token, now=now) == row
    assert find_link(user=other, token=token, now=now) is None
    assert find_link(user=user, token=token[:-3] + "abc", now=now) is None
    assert find_link(user=user, token="", now=now) is None
    foreign = vault.encrypt_token(vault.EMAIL_LINK, str(row.pk))
    assert find_link(user=user, token=foreign, now=now) is None


def test_the_row_holds_nothing_that_opens_it() -> None:
    user = factories.user()
    row, token = make_link(user, now=timezone.now())
    assert token not in str(vars(row))
    assert user.password not in str(vars(row))


def test_a_newer_link_ends_the_older_one() -> None:
    user, now = factories.user(), timezone.now()
    _older, token = make_link(user, now=now)
    newer, fresh = make_link(user, now=now + timedelta(seconds=1))
    assert find_link(user=user, token=token, now=now + timedelta(seconds=2)) is None
    assert find_link(user=user, token=fresh, now=now + timedelta(seconds=2)) == newer
    assert ResetLink.objects.count() == 2
