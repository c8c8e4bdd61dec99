"""Faded sums, counted numbers and lapsed rules go; what still speaks stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.flows.pumping.forget_old import forget_old_outcomes
from otpguard.flows.sweep import purge_old_rows
from otpguard.models import NumberOutcome, PrefixRule, PrefixStatistic

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def ago(days: int) -> dict[str, object]:
    return {"at": NOW - timedelta(days=days)}


def test_a_sum_goes_when_it_has_faded_unless_it_is_blocked() -> None:
    PrefixStatistic.objects.create(level="long", key="+9230012", **ago(84))
    PrefixStatistic.objects.create(level="long", key="+9230013", **ago(83))
    PrefixStatistic.objects.create(
        level="long", key="+9230014", blocked_until=NOW + timedelta(hours=1), **ago(84)
    )
    assert forget_old_outcomes(now=NOW) == 1
    assert set(PrefixStatistic.objects.values_list("key", flat=True)) == {"+9230013", "+9230014"}


def test_a_counted_number_goes_after_two_days() -> None:
    NumberOutcome.objects.create(phone_index="a", began_at=NOW - timedelta(days=2))
    NumberOutcome.objects.create(phone_index="b", began_at=NOW - timedelta(hours=47))
    assert purge_old_rows(now=NOW) == 1
    assert NumberOutcome.objects.get().phone_index == "b"


def test_a_lapsed_rule_goes_after_a_month_and_one_for_good_never() -> None:
    PrefixRule.objects.create(prefix="+1", action="block", until=NOW - timedelta(days=30))
    PrefixRule.objects.create(prefix="+2", action="block", until=NOW - timedelta(days=29))
    PrefixRule.objects.create(prefix="+3", action="block")
    assert forget_old_outcomes(now=NOW) == 1
    assert set(PrefixRule.objects.values_list("prefix", flat=True)) == {"+2", "+3"}
