"""What the layers see: whose number it seems to be, and what was known when it started."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.core.phone import USUAL_NUMBERS
from otpguard.core.pumping.attempt import NetworkKind, SpendLane
from otpguard.flows.pumping.attempt import (
    ANSWERED,
    enrollment_attempt,
    further_attempt,
    visitor_attempt,
)
from otpguard.models import Challenge, Tenant
from tests import factories
from tests.flows.number.visitor import Visitor, visitor
from tests.flows.pumping.values import NUMBER
from tests.flows.setting import Stopped, stopped
from tests.models.rows import anonymous, pumping_decision

STEP = {"channel": "sms", "provider": "sms", "country": "US"}

pytestmark = pytest.mark.django_db(transaction=True)


def lane_of(who: Visitor) -> SpendLane:
    return visitor_attempt(
        facts=who.facts,
        ask=who.ask,
        number=NUMBER,
        tenant=None,
        first=STEP,
        countries=frozenset({"US"}),
        number_types=USUAL_NUMBERS,
    ).lane


def enrolling(who: Stopped, tenant: Tenant | None = None) -> SpendLane:
    return enrollment_attempt(
        facts=who.facts,
        ask=who.ask,
        number=NUMBER,
        tenant=tenant,
        first=STEP,
        number_types=USUAL_NUMBERS,
    ).lane


def test_a_browser_is_known_once_it_has_proven_a_number_here() -> None:
    who = visitor()
    assert lane_of(who) is SpendLane.STRANGER
    who.prove()
    assert lane_of(who) is SpendLane.KNOWN
    assert lane_of(visitor()) is SpendLane.STRANGER
    who.facts = replace(who.facts, tenant=str(factories.tenant().pk))
    assert lane_of(who) is SpendLane.STRANGER, "it was proven elsewhere"


def test_a_code_that_was_not_answered_makes_no_browser_known() -> None:
    who = visitor()
    who.start()
    assert lane_of(who) is SpendLane.STRANGER


def test_a_member_of_a_young_tenant_is_a_stranger_and_of_a_grown_one_invited() -> None:
    who = stopped()
    tenant = who.member.tenant
    Tenant.objects.update(created_at=timezone.now() - timedelta(days=1), usage_signal_at=None)
    tenant.refresh_from_db()
    assert enrolling(who, tenant) is SpendLane.STRANGER
    Tenant.objects.update(
        created_at=timezone.now() - timedelta(days=90), usage_signal_at=timezone.now()
    )
    tenant.refresh_from_db()
    assert enrolling(who, tenant) is SpendLane.INVITED
    assert enrolling(who) is SpendLane.STRANGER


def test_only_a_stranger_with_an_account_is_stopped_by_a_wish_for_a_puzzle() -> None:
    who = stopped()
    tenants = (who.member.tenant, None)
    levels = [
        enrollment_attempt(
            facts=who.facts,
            ask=who.ask,
            number=NUMBER,
            tenant=tenant,
            first=STEP,
            number_types=USUAL_NUMBERS,
        ).form.work_level
        for tenant in tenants
    ]
    assert levels == [3, 0]


def test_an_enrollment_names_who_asks_and_where() -> None:
    who = stopped()
    made = enrollment_attempt(
        facts=who.facts,
        ask=who.ask,
        number=NUMBER,
        tenant=who.member.tenant,
        first=STEP,
        number_types=USUAL_NUMBERS,
    )
    assert made.number_types == USUAL_NUMBERS
    assert made.asks_vendors
    assert (made.user, made.tenant) == (who.facts.user, who.facts.tenant)
    assert made.prefix == "+1201555"
    assert made.source == who.ask.checkpoint


def test_a_further_message_is_seen_as_the_first_one_was() -> None:
    net = '{"client_ip": "203.0.113.9"}'
    asked = Challenge.objects.get(pk=anonymous(NUMBER.e164, net=net).pk)
    past = pumping_decision(challenge=asked, action="send", lane="known", network="tor", asn=7)
    made = further_attempt(
        asked, past, tenant=None, step={**STEP, "channel": "voice"}, now=timezone.now()
    )
    assert made.lane is SpendLane.KNOWN
    assert (made.network.kind, made.network.asn) == (NetworkKind.TOR, 7)
    assert (made.client_ip, made.channel, made.form) == ("203.0.113.9", "voice", ANSWERED)


def test_without_a_record_a_further_message_is_a_strangers_from_an_unknown_network() -> None:
    asked = Challenge.objects.get(pk=anonymous(NUMBER.e164, checkpoint="gone").pk)
    made = further_attempt(asked, None, tenant=None, step=STEP, now=timezone.now())
    assert made.lane is SpendLane.STRANGER
    assert made.network.kind is NetworkKind.UNKNOWN
    assert made.is_sensitive
