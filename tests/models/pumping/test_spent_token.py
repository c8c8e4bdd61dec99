"""Spent tokens: a digest once, found by when they are over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import SpentToken
from tests.models.rows import crowd, plan, postgres_only

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def test_a_digest_is_there_once() -> None:
    SpentToken.objects.create(digest="a" * 64, expires_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpentToken.objects.create(digest="a" * 64, expires_at=NOW)


def test_its_text_shows_no_digest() -> None:
    assert "a" * 8 not in str(SpentToken(digest="a" * 64, expires_at=NOW))


@postgres_only
def test_those_that_are_over_are_found_by_an_index() -> None:
    crowd(
        [
            SpentToken(digest=f"{number:064x}", expires_at=NOW + timedelta(seconds=number))
            for number in range(3_000)
        ]
    )
    old = SpentToken.objects.filter(expires_at__lt=NOW + timedelta(seconds=5))
    assert "otpguard_spent_expires" in plan(old)
