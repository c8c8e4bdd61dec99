"""Operators raise a cap for a while, with a reason and an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.velocity import RowName
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.pumping.raise_cap import RaiseTerms, check_raise, end_raise, raise_cap
from otpguard.models import CapRaise, Event
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TERMS = RaiseTerms(
    row=RowName.IP_HOUR,
    limit=150,
    key="203.0.113.7",
    reason="a conference",
    expires_at=NOW + timedelta(days=14),
)


@pytest.fixture
def site() -> RequestFacts:
    return factories.facts(factories.staff(), None, now=NOW)


def wrong(facts: RequestFacts, **changed: Any) -> str:
    terms = replace(TERMS, **changed)
    with pytest.raises(InvalidInput) as caught:
        raise_cap(facts=facts, terms=terms)
    with pytest.raises(InvalidInput):
        check_raise(facts=facts, terms=terms)
    assert not CapRaise.objects.exists()
    return str(caught.value.field)


def test_a_raise_is_kept_with_who_and_why_and_told_in_the_log(site: RequestFacts) -> None:
    row = raise_cap(facts=site, terms=TERMS)
    assert (row.row, row.limit, row.key, row.reason) == (
        *("ip_hour", 150, "203.0.113.7", "a conference"),
    )
    assert str(row.created_by_id) == site.user
    assert Event.objects.filter(kind="cap.raised").count() == 1


def test_anybody_else_raises_nothing(site: RequestFacts) -> None:
    tenant = factories.tenant()
    member = factories.member(tenant, roles=["admin"])
    for facts in (
        factories.facts(member.user, tenant, now=NOW),
        replace(site, tenant=str(tenant.pk)),
        replace(site, user_is_staff=False),
    ):
        with pytest.raises(NotAllowed):
            raise_cap(facts=facts, terms=TERMS)
        with pytest.raises(NotAllowed):
            check_raise(facts=facts, terms=TERMS)
    assert not CapRaise.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"limit": 10}, "limit"),
        ({"limit": 201}, "limit"),
        ({"expires_at": NOW}, "expires_at"),
        ({"expires_at": NOW + timedelta(days=14, seconds=1)}, "expires_at"),
        ({"reason": " "}, "reason"),
        ({"key": "nowhere"}, "key"),
        ({"row": RowName.CHALLENGE_SENDS, "limit": 3}, "row"),
        ({"row": RowName.NUMBER_DAY, "limit": 5}, "key"),
        ({"row": RowName.PREFIX_DAY, "key": "12o1"}, "key"),
        ({"row": RowName.IP_SITE_DAY, "key": "203.0.113.7"}, "key"),
    ],
)
def test_what_is_no_raise_is_refused_at_its_field(
    site: RequestFacts, changed: dict[str, Any], field: str
) -> None:
    assert wrong(site, **changed) == field


def test_the_ceiling_of_the_settings_holds(site: RequestFacts, settings: Any) -> None:
    table = {"IP_HOUR": {"CEILING": 100}}
    settings.OTPGUARD = {**settings.OTPGUARD, "VELOCITY": table}
    assert wrong(site) == "limit"


@pytest.mark.parametrize(
    ("row", "typed", "key"),
    [
        (RowName.IP_HOUR, "2001:db8::1", "2001:db8::/64"),
        (RowName.IP_DAY, "2001:db8::/64", "2001:db8::/64"),
        (RowName.IP_SITE_DAY, "2001:db8::1", "2001:db8::/48"),
        (RowName.PREFIX_DAY, "+1 201555", "+1201555"),
        (RowName.NUMBER_DAY, "", ""),
    ],
)
def test_a_key_is_spelled_as_the_caps_spell_it(
    site: RequestFacts, row: RowName, typed: str, key: str
) -> None:
    limit = 10 if row is RowName.NUMBER_DAY else 150
    assert raise_cap(facts=site, terms=replace(TERMS, row=row, key=typed, limit=limit)).key == key


def test_a_raise_is_ended_once(site: RequestFacts) -> None:
    row = raise_cap(facts=site, terms=TERMS)
    with pytest.raises(NotAllowed):
        end_raise(facts=replace(site, user_is_staff=False), cap_raise=row, reason="over")
    assert end_raise(facts=site, cap_raise=row, reason="over")
    assert not end_raise(facts=site, cap_raise=row, reason="over")
    row.refresh_from_db()
    assert (row.ended_at, row.end_reason) == (NOW, "over")
    assert Event.objects.filter(kind="cap.raise_ended").count() == 1
