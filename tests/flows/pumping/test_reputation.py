"""The layer lets pass, refuses, and with its store down lets nothing pass."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.attempt import FormFacts, SpendLane
from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix
from otpguard.core.pumping.verdict import Action
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.pumping.known_prefixes import KEPT_ALIVE, forget
from otpguard.flows.pumping.prefix_rules import set_prefix_rule
from otpguard.flows.pumping.reputation import look_at_reputation
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.models import Challenge, Delivery, PrefixStatistic, PumpingDecision, Usage
from tests.flows.number.visitor import NUMBER, visitor
from tests.flows.pumping.outcomes import GRACE, attempt, learned, number, pumped
from tests.models.rows import postgres_only
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


def listed(prefix: str, action: str) -> None:
    rule = ListedPrefix(prefix=prefix, action=ListAction(action))
    set_prefix_rule(facts=RequestFacts(now=timezone.now()), rule=rule, reason="a test")


def acted(to: str, at: datetime) -> Action | None:
    signal = look_at_reputation(attempt(to, at))
    return None if signal is None else signal.action


def test_a_number_of_an_unknown_prefix_passes() -> None:
    assert look_at_reputation(attempt(number(1), timezone.now())) is None


def test_the_next_number_of_a_pumped_block_gets_another_way() -> None:
    now = timezone.now()
    pumped(6, now)
    learned(now)
    signal = look_at_reputation(attempt(number(99), now + GRACE))
    assert signal is not None
    assert (signal.action, signal.reason) == (Action.ANOTHER_WAY, "prefix_blocked")
    assert look_at_reputation(attempt(number(1, block="+923331234"), now + GRACE)) is None


def test_the_block_ends_by_itself_and_each_attempt_keeps_it_two_hours() -> None:
    now = timezone.now()
    pumped(6, now)
    learned(now)
    almost = now + GRACE + timedelta(hours=11, minutes=59)
    assert acted(number(99), almost) is Action.ANOTHER_WAY
    later = almost + KEPT_ALIVE - timedelta(seconds=1)
    assert acted(number(99), later) is Action.ANOTHER_WAY
    assert acted(number(99), later + KEPT_ALIVE) is Action.PROOF_OF_WORK, "it is watched"


def test_a_listed_prefix_is_refused_or_allowed() -> None:
    now = timezone.now()
    pumped(6, now)
    learned(now)
    listed("+92300", "allow")
    listed("+44", "block")
    allowed = look_at_reputation(attempt(number(99), now + GRACE))
    refused = look_at_reputation(attempt("+447400123456", now + GRACE))
    assert allowed is not None
    assert allowed.action is Action.SEND
    assert refused is not None
    assert refused.action is Action.REFUSE


def test_a_refused_start_sends_nothing_charges_nothing_and_says_nothing_of_the_layer() -> None:
    listed("+1201", "block")
    with pytest.raises(StartRefused) as caught:
        visitor().start(NUMBER)
    assert caught.value.reason is StartReason.ANOTHER_WAY
    counts = [model.objects.count() for model in (Challenge, Delivery, Usage)]
    assert counts == [0, 0, 0]


def test_an_owners_attempt_keeps_no_block_alive() -> None:
    now = timezone.now()
    pumped(6, now)
    learned(now)
    owner = attempt(number(99), now + timedelta(hours=11, minutes=59), lane=SpendLane.OWNER)
    assert look_at_reputation(owner) is None
    forget()
    look_at_reputation(owner)
    row = PrefixStatistic.objects.get(key="+923001234")
    assert row.blocked_until == now + GRACE + timedelta(hours=12)


def test_a_second_send_runs_no_statement() -> None:
    wish = attempt(number(1), timezone.now())
    look_at_reputation(wish)
    with CaptureQueriesContext(connection) as seen:
        look_at_reputation(wish)
    assert len(seen) == 0


def test_an_area_code_that_fires_leaves_its_reserve_to_clean_addresses() -> None:
    """The issue: it opens the reserve instead of refusing."""
    PrefixStatistic.objects.create(
        level="short", key="+1201", at=timezone.now(), blocked_until=timezone.now() + GRACE
    )
    forget()
    form = CheckedForm(facts=FormFacts(checked=True, token_valid=True, work_level=2))
    visitor(client_ip="198.51.100.1").start(NUMBER, form=form)
    with pytest.raises(StartRefused) as caught:
        visitor(client_ip="198.51.100.2").start(number(1, block="+12015550"), form=form)
    assert caught.value.reason is StartReason.ANOTHER_WAY
    assert caught.value.signal is not None
    assert caught.value.signal.reason == "only_reserve"
    decisions = PumpingDecision.objects.order_by("at").values_list("action", "reason")
    assert list(decisions) == [("send", ""), ("another_way", "only_reserve")]


@postgres_only
def test_without_its_store_nothing_passes() -> None:
    wish = attempt(number(1), timezone.now())
    with store_down(), pytest.raises(StoreUnavailable):
        look_at_reputation(wish)
