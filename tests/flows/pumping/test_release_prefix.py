"""An operator of the site ends a block, once, with an event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.attempt import Attempt
from otpguard.core.pumping.verdict import Action
from otpguard.exceptions import NotAllowed
from otpguard.flows.pumping.release_prefix import release_prefix
from otpguard.flows.pumping.reputation import look_at_reputation
from otpguard.models import Event
from tests import factories
from tests.flows.pumping.outcomes import GRACE, attempt, learned, number, pumped, statistic

pytestmark = pytest.mark.django_db(transaction=True)


def acted(wish: Attempt) -> Action | None:
    signal = look_at_reputation(wish)
    return None if signal is None else signal.action


def test_a_released_prefix_is_open_at_once_and_starts_at_zero() -> None:
    now = timezone.now()
    pumped(6, now)
    learned(now)
    row, facts = statistic("+923001234"), RequestFacts(now=now + GRACE)
    wish = attempt(number(99), facts.now)
    assert acted(wish) is Action.ANOTHER_WAY
    assert release_prefix(facts=facts, statistic=row, reason="a campaign")
    assert acted(wish) is Action.PROOF_OF_WORK, "the prefixes around it are watched"
    row.refresh_from_db()
    assert (row.total, row.blocked_until) == (0, None)
    [event] = Event.objects.filter(kind="prefix.released")
    assert "a campaign" in event.body
    assert not release_prefix(facts=facts, statistic=row, reason="again")


def test_nobody_within_an_organization_releases_one() -> None:
    now = timezone.now()
    pumped(6, now)
    learned(now)
    member = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(member.user, member.tenant, now=now + timedelta(minutes=3))
    with pytest.raises(NotAllowed):
        release_prefix(facts=facts, statistic=statistic("+923001234"), reason="mine")
    assert statistic("+923001234").blocked_until is not None
