"""A lane at its ceiling closes; a factor whose known devices failed as well is switched off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.core.limits import CEILING, Lane
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.lock_out import IDLE_AFTER, lock_out
from otpguard.models import Event, FactorLane, Notice
from tests import factories
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


@pytest.mark.parametrize("lane", Lane)
def test_only_the_known_lane_switches_the_factor_off(who: Stopped, lane: Lane) -> None:
    with transaction.atomic():
        lock_out(who.facts, who.factor, lane, Circumstances.of(who.facts))
    who.factor.refresh_from_db()
    off = lane is Lane.KNOWN
    assert (who.factor.disabled_at is not None) is off
    assert who.factor.disabled_by == ("guesses" if off else "")
    assert Notice.objects.filter(kind="factor_disabled").exists() is off
    assert Event.objects.filter(kind="factor.disabled").count() == 1


def closed_lane(who: Stopped, lane: Lane, *, ago: timedelta) -> None:
    """A lane whose last answer was reserved so long ago, and its process died over it."""
    FactorLane.objects.create(
        factor=who.factor,
        lane=lane.value,
        failures=CEILING[lane],
        last_failure_at=timezone.now() - ago,
    )


def is_off_after_a_start(who: Stopped) -> bool:
    device = factories.device(who.member.user)
    with pytest.raises(StartRefused, match="factor_locked"):
        who.start(device=device, now=timezone.now())
    who.factor.refresh_from_db()
    return who.factor.disabled_at is not None


def test_what_a_process_that_died_left_undone_is_done_at_the_next_start(who: Stopped) -> None:
    closed_lane(who, Lane.KNOWN, ago=IDLE_AFTER + timedelta(seconds=1))
    assert is_off_after_a_start(who)
    assert who.factor.disabled_by == "guesses", "its holder may bind it again"


def test_an_answer_that_is_being_compared_right_now_may_still_be_right(who: Stopped) -> None:
    closed_lane(who, Lane.KNOWN, ago=timedelta(seconds=5))
    assert not is_off_after_a_start(who)


def test_the_open_lane_never_switches_it_off(who: Stopped) -> None:
    closed_lane(who, Lane.OPEN, ago=timedelta(days=1))
    with pytest.raises(StartRefused, match="factor_locked"):
        who.start(now=timezone.now())
    who.factor.refresh_from_db()
    assert who.factor.disabled_at is None
