"""STOP switches a channel off for a number, START switches it on, and operators may."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.audit.private import data_of
from otpguard.channels.inbound import KeywordFact
from otpguard.channels.opt_outs import stopped_channels
from otpguard.core.assurance import Channel
from otpguard.core.keywords import Keyword
from otpguard.exceptions import NotAllowed
from otpguard.flows.route.opt_out import (
    MOST_AT_ONCE,
    hear_keyword,
    hear_keywords,
    record_vendor_opt_out,
    switch_on,
)
from otpguard.models import Event, OptOut, Tenant
from tests import factories
from tests.channels.vendors import provider

pytestmark = pytest.mark.django_db

NUMBER = "+12015550100"


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(), "v": provider()}}


def hear(keyword: Keyword, reference: str, **changed: Any) -> bool:
    told = {"channel": Channel.SMS, "number": NUMBER, **changed}
    fact = KeywordFact(keyword=keyword, reference=reference, **told)
    return hear_keyword(provider="w", fact=fact, now=timezone.now())


def off(tenant: Tenant | None = None) -> set[str]:
    place = str(tenant.pk) if tenant else ""
    return {str(each) for each in stopped_channels(NUMBER, tenant=place, now=timezone.now())}


def vendor_says(tenant: str = "", channel: Channel = Channel.SMS, **changed: Any) -> bool:
    about = {"provider": "w", "number": NUMBER, "now": timezone.now(), **changed}
    return record_vendor_opt_out(channel=channel, tenant=tenant, **about)


def test_stop_switches_off_and_start_switches_on_with_events_of_everybody_concerned() -> None:
    people = [factories.phone_factor(factories.user(), NUMBER).user for _ in range(2)]
    factories.phone_factor(factories.user(), "+12015550101")
    assert hear(Keyword.STOP, "1")
    assert off() == {"sms"}
    assert hear(Keyword.START, "2")
    assert off() == set()
    for kind in ("number.opted_out", "number.opted_in"):
        rows = Event.objects.filter(kind=kind)
        assert {row.subject_ref for row in rows} == {str(person.pk) for person in people}
        data = data_of(rows[0])
        assert (data["channel"], data["source"], data["number"]) == (
            "sms",
            "keyword",
            "+1 ••• ••00",
        )
        assert NUMBER not in rows[0].body


def test_a_number_that_nobody_has_set_up_is_kept_all_the_same() -> None:
    assert hear(Keyword.STOP, "1")
    assert off() == {"sms"}
    assert Event.objects.get(kind="number.opted_out").subject_ref == ""


def test_a_repeat_of_an_older_message_changes_nothing() -> None:
    hear(Keyword.STOP, "1")
    hear(Keyword.START, "2")
    assert not hear(Keyword.STOP, "1")
    assert off() == set()
    hear(Keyword.STOP, "3")
    assert not hear(Keyword.START, "2"), "nor does a captured START that is sent again"
    assert off() == {"sms"}


def test_help_changes_nothing() -> None:
    assert not hear(Keyword.HELP, "1")
    assert off() == set()


def test_a_second_stop_is_the_same_one() -> None:
    assert hear(Keyword.STOP, "1")
    assert not hear(Keyword.STOP, "2")
    assert OptOut.objects.count() == 1


def test_each_channel_is_stopped_by_itself() -> None:
    hear(Keyword.STOP, "1")
    hear(Keyword.STOP, "2", channel=Channel.WHATSAPP)
    hear(Keyword.START, "3")
    assert off() == {"whatsapp"}


def test_what_is_said_to_a_tenants_own_sender_is_about_that_tenant() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    factories.whatsapp_sender(tenant, number_id="77")
    factories.whatsapp_sender(number_id="78")
    member = factories.member(tenant)
    factories.phone_factor(member.user, NUMBER)
    factories.phone_factor(factories.member(other).user, NUMBER)
    hear(Keyword.STOP, "1", channel=Channel.WHATSAPP, sender="77")
    assert (off(tenant), off(other), off()) == ({"whatsapp"}, set(), set())
    event = Event.objects.get(kind="number.opted_out")
    assert event.tenant_id == tenant.pk
    assert event.subject_ref == str(member.user_id), "only its members are in its log"
    hear(Keyword.STOP, "2", channel=Channel.WHATSAPP, sender="78")
    assert off(other) == {"whatsapp"}
    hear(Keyword.START, "3", channel=Channel.WHATSAPP, sender="78")
    assert (off(tenant), off()) == ({"whatsapp"}, set())


def test_a_start_at_a_tenants_sender_ends_what_was_said_to_the_site_too() -> None:
    tenant = factories.tenant()
    factories.whatsapp_sender(tenant, number_id="77")
    hear(Keyword.STOP, "1", channel=Channel.WHATSAPP)
    hear(Keyword.START, "2", channel=Channel.WHATSAPP, sender="77")
    assert off(tenant) == off() == set()


def test_what_was_said_to_a_sender_that_is_none_of_ours_counts_nowhere() -> None:
    tenant = factories.tenant()
    factories.whatsapp_sender(tenant, number_id="77")
    away = {"channel": Channel.WHATSAPP, "elsewhere": True}
    assert not hear(Keyword.STOP, "1", sender="99", **away)
    assert not hear(Keyword.STOP, "2", sender="", **away)
    assert (off(tenant), off()) == (set(), set())
    hear(Keyword.STOP, "3", channel=Channel.WHATSAPP, sender="78")
    assert not hear(Keyword.START, "4", sender="99", **away)
    assert off() == {"whatsapp"}
    assert hear(Keyword.STOP, "5", sender="77", **away), "a record makes it ours"
    assert OptOut.objects.filter(tenant=tenant).exists()


def test_one_request_takes_so_many_keywords_and_each_repeat_gets_further() -> None:
    facts = [
        KeywordFact(
            keyword=Keyword.STOP,
            channel=Channel.WHATSAPP,
            number=f"+1201555{index:04d}",
            reference=str(index),
            sender="99" if index < MOST_AT_ONCE else "",
            elsewhere=index < MOST_AT_ONCE,
        )
        for index in range(3 * MOST_AT_ONCE)
    ]
    facts.append(replace(facts[-1], keyword=Keyword.HELP, reference="help"))
    left, taken = [], []
    for _ in range(3):
        left.append(hear_keywords(provider="w", facts=facts, now=timezone.now()))
        taken.append(OptOut.objects.count())
    assert left == [MOST_AT_ONCE, 0, 0], "what is none of ours holds nothing up"
    assert taken == [MOST_AT_ONCE, 2 * MOST_AT_ONCE, 2 * MOST_AT_ONCE]


def test_a_vendors_refusal_lapses_if_it_could_not_tell_of_a_start() -> None:
    assert vendor_says()
    assert off() == {"sms"}
    row = OptOut.objects.get()
    assert row.until is not None
    factories.age(row, until=timezone.now() - timedelta(seconds=1))
    assert off() == set(), "it is tried again"
    assert not vendor_says()
    assert off() == {"sms"}
    hear(Keyword.STOP, "1")
    row.refresh_from_db()
    assert (row.until, row.source) == (None, "keyword"), "the person's own word stays"
    vendor_says()
    row.refresh_from_db()
    assert (row.until, row.source) == (None, "keyword")


def test_a_vendors_refusal_by_a_tenants_own_sender_is_about_that_tenant() -> None:
    tenant = factories.tenant()
    factories.whatsapp_sender(tenant)
    factories.whatsapp_sender(provider="v")
    vendor_says(str(tenant.pk), Channel.WHATSAPP)
    assert (off(tenant), off()) == ({"whatsapp"}, set())
    vendor_says(str(tenant.pk), Channel.WHATSAPP, provider="v")
    assert off() == {"whatsapp"}, "that one went by the site's sender"


def test_only_the_site_switches_on_by_hand_and_says_why() -> None:
    person, tenant = factories.phone_factor(factories.user(), NUMBER).user, factories.tenant()
    row = factories.opt_out(NUMBER)
    for facts in (factories.facts(factories.user()), factories.facts(factories.staff(), tenant)):
        with pytest.raises(NotAllowed, match="site"):
            switch_on(facts=facts, opt_out=row, reason="asked")
    by = factories.staff()
    assert switch_on(facts=factories.facts(by), opt_out=row, reason="asked by phone")
    assert not switch_on(facts=factories.facts(by), opt_out=row, reason="again")
    assert off() == set()
    row.refresh_from_db()
    assert (row.ended_by_id, row.ended_reason) == (by.pk, "asked by phone")
    event = Event.objects.get(kind="number.opted_in")
    assert (event.actor_ref, event.subject_ref) == (str(by.pk), str(person.pk))
    assert json.loads(event.body)["data"]["reason"] == "asked by phone"
