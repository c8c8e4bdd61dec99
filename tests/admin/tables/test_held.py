"""One page lists all that waits, of every kind and every organization, with links to act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.urls import reverse

from otpguard.admin.tables.held import MODEL_OF, kind_names
from otpguard.flows.release import hold
from otpguard.flows.release.lift import KINDS
from otpguard.models import BillingChange, Hold, Membership, Release
from tests import factories

pytestmark = pytest.mark.django_db
URL = reverse("admin:otpguard_hold_all")


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant("acme", name="Acme"), factories.user("kim"))


@pytest.fixture
def rows(member: Membership) -> tuple[Hold, BillingChange, Release]:
    facts = factories.facts(factories.staff())
    day = facts.now + timedelta(days=1)
    held = hold.start(facts=facts, membership=member, checkpoint="*", until=day, reason="x")
    elsewhere = factories.tenant("globex", name="Globex")
    lock = BillingChange.objects.create(
        tenant=elsewhere, by=member.user, field="card", locked_until=day + timedelta(days=1)
    )
    export = Release.objects.create(
        tenant=member.tenant,
        user=factories.user("ada"),
        job="contacts",
        format="csv",
        checkpoint="data_export",
        event="01a22b58-2613-7dd0-a100-6949c9449120",
        downloads_left=1,
        held_until=facts.now + timedelta(hours=1),
    )
    return held, lock, export


def links(rows: tuple[Hold, BillingChange, Release]) -> list[str]:
    names = ("hold", "billingchange", "release")
    return [
        reverse(f"admin:otpguard_{name}_change", args=[row.pk])
        for name, row in zip(names, rows, strict=True)
    ]


def test_every_kind_has_a_name_and_a_list() -> None:
    assert set(MODEL_OF) == set(KINDS) == set(kind_names())


def test_all_kinds_of_all_organizations_lead_to_the_page_with_the_buttons(
    site: Client, rows: tuple[Hold, BillingChange, Release]
) -> None:
    page = site.get(URL).content.decode()
    held, lock, export = links(rows)
    assert page.index(lock) < page.index(held) < page.index(export), "what ends last is first"
    assert (
        reverse("admin:otpguard_hold_all")
        in site.get(reverse("admin:otpguard_hold_changelist")).content.decode()
    )


def test_search_and_kind_narrow_it(site: Client, rows: tuple[Hold, BillingChange, Release]) -> None:
    held, lock, export = links(rows)
    found = site.get(URL, {"q": "ADA"}).content.decode()
    assert export in found
    assert held not in found
    assert lock not in found
    found = site.get(URL, {"kind": "member", "p": "99"}).content.decode()
    assert held in found
    assert export not in found


def test_an_operator_sees_the_kinds_whose_lists_they_may_see(
    client: Client, rows: tuple[Hold, BillingChange, Release]
) -> None:
    clerk = factories.user("clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get(URL).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_release"))
    client.force_login(clerk)
    page = client.get(URL, {"kind": "member"}).content.decode()
    held, _lock, export = links(rows)
    assert export in page
    assert held not in page


def test_staff_inside_an_organization_do_not_see_those_of_others(
    site: Client, operator: AbstractUser
) -> None:
    own = factories.tenant("own")
    factories.member(own, operator, roles=["admin"])
    factories.select(site, own)
    assert site.get(URL).status_code == 403


def test_it_costs_no_more_statements_for_more_rows(
    site: Client,
    member: Membership,
    rows: tuple[Hold, BillingChange, Release],
    django_assert_max_num_queries: Any,
) -> None:
    facts = factories.facts(factories.staff())
    for number in range(8):
        other = factories.member(member.tenant, factories.user(f"many{number}"))
        until = facts.now + timedelta(hours=2)
        hold.start(facts=facts, membership=other, checkpoint="*", until=until, reason="x")
    with django_assert_max_num_queries(12):
        site.get(URL)
