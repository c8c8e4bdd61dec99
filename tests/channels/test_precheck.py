"""One question tells where a closer look is needed before a message goes out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.channels.breaker import RouteKey, count_try
from otpguard.channels.precheck import PlanPrecheck, Precheck
from otpguard.channels.precheck import in_the_way as columns_about
from otpguard.channels.waits import keep_wait
from otpguard.core.breaker import LEAST_TRIES, Tried
from otpguard.core.outcome import Failure, FailureScope, Unavailable
from otpguard.models import Factor, OptOut, RouteHealth, RouteSwitch, TenDlcRegistration
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch
from tests import factories
from tests.channels.prechecks import in_the_way

pytestmark = pytest.mark.django_db(transaction=True)


def test_mostly_there_is_nothing() -> None:
    count_try(RouteKey(provider="w", channel="sms", country="US"), Tried(), now=timezone.now())
    nothing = Precheck(
        switches=False, breaker=False, wait=False, ten_dlc=False, senders=False, opt_outs=False
    )
    assert in_the_way() == nothing


def test_any_switch_that_was_not_ended_is_to_be_looked_at() -> None:
    RouteSwitch.objects.create(channel="voice", reason="x", ended_at=timezone.now())
    assert not in_the_way().switches
    RouteSwitch.objects.create(channel="voice", reason="x")
    assert in_the_way().switches


def test_a_route_that_is_not_in_use_is_seen_from_its_country_alone() -> None:
    slow, now = Tried(slow=True), timezone.now()
    for _ in range(LEAST_TRIES):
        count_try(RouteKey(provider="w", channel="sms", country="DE"), slow, now=now)
    assert in_the_way(country="DE").breaker
    assert not in_the_way(country="US").breaker, "trouble in one country slows no other"


def test_one_that_is_not_closed_to_any_country_is_seen_from_every_one() -> None:
    fatal, now = Tried(failed=True, fatal=True), timezone.now() - timedelta(hours=1)
    count_try(RouteKey(provider="w", channel="sms", country="DE"), fatal, now=now)
    assert in_the_way().breaker, "its pause is over, but there is a trial to be taken"
    assert not in_the_way(channel="voice").breaker
    assert not in_the_way(provider="other").breaker


def test_a_wait_that_a_vendor_asked_for_is_seen_where_it_holds() -> None:
    limited, now = Failure.RATE_LIMITED, timezone.now()
    everywhere = Unavailable(reason="429", failure=limited, retry_after=9)
    keep_wait(RouteKey(provider="w", channel="sms", country="DE"), everywhere, now=now)
    assert in_the_way(country="US").wait
    assert not in_the_way(channel="voice").wait
    one = Unavailable(reason="429", failure=limited, retry_after=9, scope=FailureScope.COUNTRY)
    keep_wait(RouteKey(provider="other", channel="sms", country="DE"), one, now=now)
    assert in_the_way(provider="other", country="DE").wait
    assert not in_the_way(provider="other", country="US").wait


def test_ten_dlc_registrations_and_senders_are_those_of_the_provider() -> None:
    TenDlcRegistration.objects.create(provider="w", brand="Acme", status="rejected")
    factories.whatsapp_sender(provider="w")
    assert (in_the_way().ten_dlc, in_the_way().senders) == (True, True)
    assert not in_the_way(provider="other").ten_dlc
    assert not in_the_way(provider="other").senders


def test_what_was_stopped_is_seen_for_its_number_and_channel_alone() -> None:
    factories.opt_out("+12015550100", phone_index="p", phone_index_old="q")
    assert in_the_way().opt_outs
    assert in_the_way(phone_index="q").opt_outs, "under the key that is being retired"
    assert not in_the_way(phone_index="r").opt_outs
    assert not in_the_way(channel="whatsapp").opt_outs
    OptOut.objects.update(ended_at=timezone.now())
    assert not in_the_way().opt_outs


# --- before a plan is made -----------------------------------------------------------------------


def before_a_plan() -> PlanPrecheck:
    """What one statement says of every route and of the number of the one factor there is."""
    routes, number = columns_about("f")
    sql = f"SELECT {routes}, {number} FROM {Columns(Factor).table} f"
    (row,) = fetch(sql, [])
    return PlanPrecheck.read(row[:-1]).with_opt_outs(bool(row[-1]))


def test_unless_something_was_read_one_looks_everywhere() -> None:
    assert PlanPrecheck() == PlanPrecheck(
        switches=True, paused=True, waits=True, senders=True, opt_outs=True
    )


def test_before_a_plan_there_is_mostly_nothing_either() -> None:
    factories.phone_factor(factories.user())
    RouteSwitch.objects.create(channel="voice", reason="x", ended_at=timezone.now())
    count_try(RouteKey(provider="w", channel="sms", country="US"), Tried(), now=timezone.now())
    assert before_a_plan() == PlanPrecheck(
        switches=False, paused=False, waits=False, senders=False, opt_outs=False
    )


def test_every_state_but_one_in_use_is_to_be_looked_at() -> None:
    factories.phone_factor(factories.user())
    count_try(RouteKey(provider="w", channel="sms", country="US"), Tried(), now=timezone.now())
    RouteHealth.objects.create(
        provider="w", channel="sms", window_at=timezone.now(), changed_at=timezone.now()
    )
    for state in RouteHealth.State:
        RouteHealth.objects.update(state=state)
        assert before_a_plan().paused is (state is not RouteHealth.State.IN_USE)


def test_a_number_without_an_index_has_no_opt_out() -> None:
    factories.totp_factor(factories.user())
    factories.opt_out("+12015550100", phone_index="", phone_index_old="")
    assert not before_a_plan().opt_outs
