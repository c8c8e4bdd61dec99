"""Links to reset a password: one that counts for each person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.password_reset import LINK_LIFE
from otpguard.models import EmailChange, ResetLink, ResetRequest
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_person_has_one_link_that_counts() -> None:
    user = factories.user()
    ResetLink.objects.create(user=user, fingerprint="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        ResetLink.objects.create(user=user, fingerprint="y")
    ResetLink.objects.update(ended_at=timezone.now())
    ResetLink.objects.create(user=user, fingerprint="y")


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(0), True),
        (LINK_LIFE - timedelta(minutes=1), True),
        (LINK_LIFE, False),
        (-CLOCK_SKEW - timedelta(minutes=1), False),
    ],
)
def test_a_link_counts_for_its_hour_whatever_a_clock_says(age: timedelta, counts: bool) -> None:
    now = timezone.now()
    ResetLink.objects.create(user=factories.user(), fingerprint="x", created_at=now - age)
    assert ResetLink.objects.live(now).exists() is counts


def test_only_resets_by_email_alone_make_a_first_factor_wait() -> None:
    user, now = factories.user(), timezone.now()
    row = ResetLink.objects.create(user=user, fingerprint="x", ended_at=now, used_at=now)
    assert not ResetLink.objects.used_without_factor(user=user.pk).exists()
    ResetLink.objects.filter(pk=row.pk).update(email_only=True)
    assert ResetLink.objects.used_without_factor(user=user.pk).exists()
    ResetLink.objects.filter(pk=row.pk).update(used_at=None)
    assert not ResetLink.objects.used_without_factor(user=user.pk).exists()


def test_a_request_shows_nothing_of_its_job() -> None:
    row = ResetRequest(job="kim@example.com", due_at=timezone.now())
    row.save()
    row.refresh_from_db()
    assert "kim" not in repr(row) + str(row) + row.job.token
    assert "kim" in row.job.reveal()


@pytest.mark.parametrize(
    ("age", "undone", "counts"),
    [
        (timedelta(hours=71), False, True),
        (timedelta(hours=71), True, False),
        (timedelta(hours=73), False, False),
        (timedelta(hours=-1), False, False),
    ],
)
def test_a_change_can_be_undone_for_three_days(age: timedelta, undone: bool, counts: bool) -> None:
    now = timezone.now()
    row = EmailChange.objects.create(
        user=factories.user(),
        old="before@example.com",
        changed_at=now - age,
        undone_at=now if undone else None,
    )
    assert EmailChange.objects.live(now).exists() is counts
    assert "before" not in str(row)


def test_a_link_counts_as_let_through_while_it_counts() -> None:
    user, now = factories.user(), timezone.now()
    row = ResetLink.objects.create(user=user, fingerprint="x")
    assert not ResetLink.objects.permitted(user=user.pk, now=now).exists()
    ResetLink.objects.update(permitted_at=now)
    assert ResetLink.objects.permitted(user=user.pk, now=now).exists()
    assert not ResetLink.objects.permitted(user=factories.user().pk, now=now).exists()
    ResetLink.objects.filter(pk=row.pk).update(ended_at=now)
    assert not ResetLink.objects.permitted(user=user.pk, now=now).exists()
