"""A new number takes over when its wait is over, and not before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.flows.factor.replace import replace_due
from otpguard.models import Event, Factor
from tests import factories

pytestmark = pytest.mark.django_db


def pair(*, usable_in: timedelta, confirmed: bool = True) -> tuple[Factor, Factor]:
    """An old number and its successor."""
    user = factories.user()
    old = factories.phone_factor(user)
    new = factories.phone_factor(user, confirmed=confirmed)
    factories.age(new, usable_from=timezone.now() + usable_in, replaces=old)
    return old, new


def test_the_old_number_goes_when_the_new_one_counts() -> None:
    old, new = pair(usable_in=-timedelta(seconds=1))
    assert replace_due(now=timezone.now()) == 1
    assert [factor.pk for factor in Factor.objects.all()] == [new.pk]
    assert Event.objects.filter(kind="factor.removed", subject_ref=str(old.user_id)).count() == 1
    assert replace_due(now=timezone.now()) == 0


@pytest.mark.parametrize(
    ("usable_in", "confirmed"), [(timedelta(hours=1), True), (-timedelta(hours=1), False)]
)
def test_until_then_both_stay(usable_in: timedelta, confirmed: bool) -> None:
    pair(usable_in=usable_in, confirmed=confirmed)
    assert replace_due(now=timezone.now()) == 0
    assert Factor.objects.count() == 2


def test_nobody_elses_number_is_taken_over() -> None:
    old, _ = pair(usable_in=-timedelta(hours=1))
    factories.age(old, user=factories.user())
    assert replace_due(now=timezone.now()) == 0
    assert Factor.objects.count() == 2
