"""What is switched off now is read from the rows of operators."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.channels.switches import switches
from otpguard.core.route import Switch
from otpguard.models import RouteSwitch

pytestmark = pytest.mark.django_db


def test_a_switch_says_what_it_names_and_nothing_else() -> None:
    assert switches(timezone.now()) == ()
    RouteSwitch.objects.create(provider="memory", country="US", reason="x")
    RouteSwitch.objects.create(channel="voice", reason="y")
    assert set(switches(timezone.now())) == {
        Switch(provider="memory", channel="", country="US"),
        Switch(provider="", channel="voice", country=""),
    }


def test_a_switch_counts_until_its_end_and_not_once_it_was_ended() -> None:
    now = timezone.now()
    row = RouteSwitch.objects.create(channel="sms", reason="x", until=now + timedelta(hours=1))
    assert len(switches(now)) == 1
    assert switches(now + timedelta(hours=1)) == ()
    RouteSwitch.objects.filter(pk=row.pk).update(until=None, ended_at=now)
    assert switches(now) == ()


def test_it_costs_one_statement(django_assert_num_queries: object) -> None:
    RouteSwitch.objects.create(channel="sms", reason="x")
    RouteSwitch.objects.create(channel="voice", reason="x")
    with django_assert_num_queries(1):
        assert len(switches(timezone.now())) == 2
