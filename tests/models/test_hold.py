"""Holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import Hold
from tests import factories
from tests.models.rows import crowd, plan, postgres_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold() -> Hold:
    membership = factories.member(factories.tenant())
    return Hold.objects.create(
        tenant=membership.tenant,
        membership=membership,
        user=membership.user,
        checkpoint="role_grant",
        reason="new admin",
        until=timezone.now() + timedelta(hours=24),
    )


def test_nobody_lifts_the_hold_on_themselves(hold: Hold) -> None:
    running = Hold.objects.filter(pk=hold.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        running.update(lifted_by=hold.user, lifted_at=timezone.now())
    assert running.update(lifted_by=factories.user(), lifted_at=timezone.now()) == 1


def test_a_hold_may_end_without_anybody_lifting_it(hold: Hold) -> None:
    assert Hold.objects.filter(pk=hold.pk).update(lifted_at=timezone.now()) == 1


def test_a_hold_says_on_what_and_until_when(hold: Hold) -> None:
    assert str(hold) == f"hold on role_grant until {hold.until:%Y-%m-%d %H:%M}"


@postgres_only
def test_the_running_holds_of_a_member_are_found_by_the_partial_index(hold: Hold) -> None:
    kept = ("tenant_id", "membership_id", "user_id", "checkpoint", "reason", "until")
    over = {**{name: getattr(hold, name) for name in kept}, "lifted_at": timezone.now()}
    crowd([Hold(**over) for _ in range(500)])
    running = Hold.objects.filter(membership=hold.membership, lifted_at=None).order_by()
    assert "otpguard_hold_running" in plan(running)
