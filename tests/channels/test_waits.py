"""What a vendor asked for is kept where it holds, and forgotten when it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.breaker import Change, RouteKey, set_by_hand
from otpguard.channels.waits import keep_wait, wait_until, waiting_routes
from otpguard.core.outcome import Failure, FailureScope, Unavailable
from otpguard.core.route import PausedRoute
from otpguard.models import RouteHealth
from otpguard.transport.retry_after import LONGEST_WAIT

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
US, DE = (RouteKey(provider="w", channel="sms", country=country) for country in ("US", "DE"))


def limited(seconds: int | None, **more: Any) -> Unavailable:
    return Unavailable(reason="429", failure=Failure.RATE_LIMITED, retry_after=seconds, **more)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_wait_holds_for_every_country_until_it_is_over() -> None:
    until = keep_wait(US, limited(9), now=NOW)
    assert until == NOW + seconds(9)
    assert wait_until(DE, NOW) == until
    assert wait_until(DE, NOW + seconds(9)) is None
    assert RouteHealth.objects.get().wait_until is None, "so that nobody looks again"
    assert RouteHealth.objects.get().state == "in_use", "a wait is no pause"


@pytest.mark.parametrize("scope", [FailureScope.COUNTRY, FailureScope.SENDER])
def test_one_of_a_country_or_a_sender_holds_there(scope: FailureScope) -> None:
    keep_wait(US, limited(9, scope=scope), now=NOW)
    assert wait_until(US, NOW) is not None
    assert wait_until(DE, NOW) is None


@pytest.mark.parametrize(
    "outcome", [limited(None), limited(0), limited(9, scope=FailureScope.NUMBER)]
)
def test_one_of_a_number_or_of_no_time_holds_nowhere(outcome: Unavailable) -> None:
    assert keep_wait(US, outcome, now=NOW) is None
    assert not RouteHealth.objects.exists()


def test_a_shorter_wait_replaces_no_longer_one() -> None:
    keep_wait(US, limited(60), now=NOW)
    keep_wait(US, limited(5), now=NOW)
    assert wait_until(US, NOW) == NOW + seconds(60)
    keep_wait(US, limited(90, scope=FailureScope.COUNTRY), now=NOW)
    assert wait_until(US, NOW) == NOW + seconds(90)


def test_a_wait_is_bounded_also_against_a_clock_that_ran_ahead() -> None:
    assert keep_wait(US, limited(10**9), now=NOW) == NOW + LONGEST_WAIT
    keep_wait(US, limited(60), now=NOW + timedelta(days=30))
    assert wait_until(US, NOW) is None
    keep_wait(US, limited(60), now=NOW + timedelta(days=30))
    assert waiting_routes(NOW) == {}
    keep_wait(US, limited(60), now=NOW)
    assert wait_until(US, NOW) == NOW + seconds(60)


def test_plans_see_how_much_longer_each_route_waits() -> None:
    keep_wait(US, limited(60), now=NOW)
    keep_wait(DE, limited(5, scope=FailureScope.COUNTRY), now=NOW)
    assert waiting_routes(NOW + seconds(1)) == {
        PausedRoute(provider="w", channel="sms"): seconds(59),
        PausedRoute(provider="w", channel="sms", country="DE"): seconds(4),
    }
    assert waiting_routes(NOW + seconds(60)) == {}


def test_an_operator_ends_a_wait() -> None:
    keep_wait(US, limited(3600), now=NOW)
    pk = RouteHealth.objects.get().pk
    assert set_by_hand(pk, to=Change.RESUMED, now=NOW, reason="told by phone") is not None
    assert wait_until(US, NOW) is None
    assert set_by_hand(pk, to=Change.RESUMED, now=NOW, reason="again") is None
