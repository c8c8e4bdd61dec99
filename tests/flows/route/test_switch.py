"""The kill switch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.switches import switches
from otpguard.core.route import Switch
from otpguard.exceptions import InvalidInput, NotAllowed, StartRefused
from otpguard.flows.route.switch import switch_off, switch_on
from otpguard.models import Event, RouteSwitch
from otpguard.testing import send_queued
from tests import factories
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)


def off(**what: Any) -> RouteSwitch:
    what.setdefault("facts", factories.facts(factories.staff()))
    return switch_off(reason="pumping", **what)


def test_a_combination_is_switched_off_until_it_is_switched_on() -> None:
    boss = factories.staff()
    facts = factories.facts(boss)
    made = off(facts=facts, provider="memory", channel="sms", country="US")
    later = facts.now + timedelta(seconds=1)
    assert switches(later) == (Switch(provider="memory", channel="sms", country="US"),)
    assert (made.by, made.reason) == (boss, "pumping")
    assert switch_on(facts=facts, switch=made, reason="over")
    assert not switch_on(facts=facts, switch=made, reason="over")
    assert switches(later) == ()
    rows = Event.objects.filter(kind="route.switched").order_by("pk")
    assert ['"off":true' in row.body.replace(" ", "") for row in rows] == [True, False]


def test_a_switch_with_an_end_ends_by_itself() -> None:
    now = timezone.now()
    off(channel="voice", until=now + timedelta(hours=1))
    assert len(switches(timezone.now())) == 1
    assert switches(now + timedelta(hours=1)) == ()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({}, "Name a provider"),
        ({"provider": "nobody"}, "no provider of that name"),
        ({"channel": "fax"}, "no channel of that name"),
        ({"country": "usa"}, "two capital letters"),
        ({"channel": "sms", "until": timezone.now() - timedelta(days=1)}, "future"),
    ],
)
def test_what_names_nothing_that_exists_is_refused(what: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        off(**what)
    assert not RouteSwitch.objects.exists()


def test_only_the_site_reaches_it() -> None:
    tenant = factories.tenant()
    made = off(channel="sms")
    for facts in (factories.facts(factories.user()), factories.facts(factories.staff(), tenant)):
        with pytest.raises(NotAllowed, match="site"):
            off(facts=facts, channel="voice")
        with pytest.raises(NotAllowed, match="site"):
            switch_on(facts=facts, switch=made, reason="x")
    assert len(switches(timezone.now())) == 1


def test_it_counts_for_the_next_plan_and_for_what_was_ordered_before() -> None:
    who = stopped()
    challenge = who.start()
    off(country="US")
    send_queued()
    challenge.refresh_from_db()
    assert challenge.deliveries.filter(state="failed").count() == 3
    assert challenge.deliveries.get(channel="email").state == "delivered", "e-mail has no country"
    off(channel="email")
    with pytest.raises(StartRefused, match="no_route"):
        who.start()
