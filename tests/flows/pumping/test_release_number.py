"""Support releases a number for an hour; what bounds money goes on."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.verdict import Action
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.flows.pumping.release_number import is_released, release_number
from otpguard.flows.pumping.screen import screen
from otpguard.models import Event, NumberRelease
from otpguard.vault import blind_indexes
from tests import factories
from tests.flows.pumping.layers import ASKS, BLOCKED, LOCKED, finding
from tests.flows.pumping.values import NUMBER, attempt, by_support
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_counts_for_an_hour_and_for_that_number_alone() -> None:
    facts = by_support()
    release_number(facts=facts, number=NUMBER, reason="ticket 17")
    [index, *_] = blind_indexes(NUMBER.e164)
    assert is_released(index, now=facts.now)
    assert is_released(index, now=facts.now + timedelta(minutes=59))
    assert not is_released(index, now=facts.now + timedelta(hours=1))
    assert not is_released(blind_indexes("+12015550124")[0], now=facts.now)


def test_the_log_has_who_why_and_until_when_and_no_number() -> None:
    made = release_number(facts=by_support(), number=NUMBER, reason="ticket 17")
    row = Event.objects.get(kind="phone_number.released")
    told = json.loads(row.body)["data"]
    assert (told["reason"], told["until"]) == ("ticket 17", made.until.isoformat())
    assert "5550123" not in row.body
    assert made.by is not None
    assert NumberRelease.objects.get().number.reveal() == NUMBER.e164


def test_a_release_lifts_suspicion_and_never_a_lock_down() -> None:
    release_number(facts=by_support(), number=NUMBER, reason="ticket 17")
    with finding(BLOCKED, ASKS):
        verdict = screen(attempt())
        assert (verdict.action, verdict.released) == (Action.SEND, True)
    with finding(BLOCKED, LOCKED):
        assert screen(attempt()).decided_by == LOCKED


def test_without_a_release_or_after_it_the_signals_count() -> None:
    with finding(BLOCKED):
        assert screen(attempt()).decided_by == BLOCKED
        release_number(facts=by_support(), number=NUMBER, reason="ticket 17")
        later = timezone.now() + timedelta(hours=2)
        assert screen(attempt(now=later)).decided_by == BLOCKED


def test_a_tenants_administrator_releases_nothing() -> None:
    tenant = factories.tenant()
    facts = factories.facts(factories.member(tenant, roles=["admin"]).user, tenant)
    with pytest.raises(NotAllowed):
        release_number(facts=facts, number=NUMBER, reason="ticket 17")
    assert not NumberRelease.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "x" * 121])
def test_a_reason_must_be_given(reason: str) -> None:
    with pytest.raises(InvalidInput, match="reason"):
        release_number(facts=RequestFacts(now=timezone.now()), number=NUMBER, reason=reason)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_the_store_nothing_is_lifted() -> None:
    with finding(BLOCKED), store_down(), pytest.raises(StoreUnavailable):
        screen(attempt())
