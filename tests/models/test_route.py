"""Rows of routes: one breaker for each, and switches in words."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from otpguard.core.breaker import BreakerState
from otpguard.models import RouteHealth, RouteSwitch

pytestmark = pytest.mark.django_db


def test_a_route_has_one_breaker_for_each_country() -> None:
    where = {"provider": "a", "channel": "sms"}
    for country in ("", "US"):
        RouteHealth.objects.create(**where, country=country)
    with pytest.raises(IntegrityError):
        RouteHealth.objects.create(**where, country="US")


def test_the_states_of_rows_are_those_of_the_breaker() -> None:
    assert {str(state) for state in RouteHealth.State} == {str(state) for state in BreakerState}


def test_they_say_what_they_are_of() -> None:
    assert str(RouteHealth(provider="a", channel="sms")) == "sms by a (everywhere)"
    assert str(RouteSwitch(provider="a", country="US")) == "a US"
