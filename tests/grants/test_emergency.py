"""Who passes by emergency access, where and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.emergency.close import end_access
from otpguard.grants.emergency import SHOWN_FOR, to_show, way_through
from otpguard.models import EmergencyAccess
from tests.flows.emergency.envelopes import prepared
from tests.flows.factor.setting import admin_of
from tests.models.rows import postgres_only
from tests.store_down import store_down

pytestmark = pytest.mark.django_db
KEY = "api_key"


def test_those_who_opened_it_pass_what_it_names_until_its_end() -> None:
    made = prepared()
    access = made.open()
    here, there = checkpoint_named(KEY), checkpoint_named("data_export")
    assert way_through(made.ada, here) == way_through(made.bob, here) == access
    assert way_through(made.ada, there) is None
    assert way_through(admin_of(made.tenant), here) is None
    assert way_through(replace(made.ada, tenant=str(prepared().tenant.pk)), here) is None
    assert way_through(replace(made.ada, now=access.until), here) is None
    end_access(facts=made.bob, access=access)
    assert way_through(made.ada, here) is None


def test_a_drill_opens_nothing() -> None:
    made = prepared()
    made.open(drill=True)
    assert way_through(made.ada, checkpoint_named(KEY)) is None


def test_a_row_that_says_more_than_it_may_opens_nothing_more() -> None:
    made = prepared()
    access = made.open()
    EmergencyAccess.objects.update(
        checkpoints=["security_settings", KEY], until=access.opened_at + timedelta(days=9)
    )
    assert way_through(made.ada, checkpoint_named("security_settings")) is None
    late = replace(made.ada, now=access.opened_at + timedelta(hours=4))
    assert way_through(late, checkpoint_named(KEY)) is None


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_store_that_is_away_is_no_way_through() -> None:
    made = prepared()
    made.open()
    with store_down(), pytest.raises(StoreUnavailable):
        way_through(made.ada, checkpoint_named(KEY))


@pytest.mark.django_db(transaction=True)
def test_a_change_of_this_process_is_shown_at_once() -> None:
    made = prepared()
    tenant, now = str(made.tenant.pk), made.ada.now
    assert to_show(tenant, now=now) is None
    access = made.open()
    assert to_show(tenant, now=now) == access
    end_access(facts=made.bob, access=access)
    assert to_show(tenant, now=now) is None


@pytest.mark.django_db(transaction=True)
def test_a_change_of_another_process_is_shown_in_seconds() -> None:
    made = prepared()
    tenant, now = str(made.tenant.pk), made.ada.now
    access = made.open()
    assert to_show(tenant, now=now) == access
    EmergencyAccess.objects.update(ended_at=now)
    assert to_show(tenant, now=now + SHOWN_FOR / 2) == access
    assert to_show(tenant, now=now + SHOWN_FOR) is None


@pytest.mark.django_db(transaction=True)
def test_what_is_over_is_not_shown_from_memory_either() -> None:
    made = prepared()
    tenant, now = str(made.tenant.pk), made.ada.now
    drill = made.open(drill=True)
    EmergencyAccess.objects.update(until=now + SHOWN_FOR / 2)
    assert to_show(tenant, now=now) == drill
    assert to_show(tenant, now=now + SHOWN_FOR * 0.6) is None
