"""Tenants and memberships come to be and change, with holds, revocations and events."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser

from otpguard.core.audience import ADMIN_ROLES
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.tenant import provision
from otpguard.models import Event, Grant, Hold, Membership, Notice, Tenant
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


def data_of(kind: str) -> dict[str, Any]:
    return json.loads(Event.objects.filter(kind=kind).latest("id").body)["data"]


def set_member(
    tenant: Tenant,
    user: AbstractUser,
    *roles: str,
    active: bool = True,
    by: RequestFacts | None = None,
) -> Membership:
    return provision.set_member(
        facts=by or factories.facts(factories.user(), tenant),
        tenant=tenant,
        user_id=str(user.pk),
        roles=roles,
        active=active,
    )


# --- tenants -----------------------------------------------------------------------------------


def test_a_tenant_is_created_with_its_first_admin_who_is_not_held() -> None:
    founder = factories.user()
    made = provision.create_tenant(
        facts=factories.facts(founder), slug="acme", name="Acme", admin=str(founder.pk), region="DE"
    )
    assert (made.name, made.region) == ("Acme", "DE")
    member = Membership.objects.get(tenant=made, user=founder)
    assert (member.roles, member.held) == (["admin"], {})
    row = Event.objects.get(kind="tenant.created")
    assert row.tenant_id == made.pk


def test_a_slug_is_taken_once() -> None:
    factories.tenant("acme")
    with pytest.raises(InvalidInput, match="already"):
        provision.create_tenant(facts=factories.facts(factories.staff()), slug="acme", name="A")


def test_a_change_records_what_was_and_what_is() -> None:
    tenant = factories.tenant(name="Acme")
    by = factories.facts(factories.staff())
    changed = provision.change_tenant(
        facts=by, tenant=tenant, values={"name": "Acme Inc", "region": "US"}, reason="renamed"
    )
    assert changed == ("name",)
    assert data_of("tenant.changed") == {
        "before": {"name": "Acme"},
        "after": {"name": "Acme Inc"},
        "reason": "renamed",
    }


def test_a_name_says_what_it_shows_in_the_row_and_in_the_log() -> None:
    by = factories.facts(factories.staff())
    tenant = provision.create_tenant(facts=by, slug="blue", name="Blue\u202e")
    assert tenant.name == "Blue"
    values = {"name": "Green\u2066 \x07tea"}
    assert provision.change_tenant(facts=by, tenant=tenant, values=values) == ("name",)
    tenant.refresh_from_db()
    assert tenant.name == "Green tea"
    assert data_of("tenant.changed")["after"] == {"name": "Green tea"}


@pytest.mark.parametrize(
    ("logo", "words"),
    [
        ("https://pictures.example/a.svg", "CSP_SOURCES"),
        *((each, "static file") for each in ("javascript:alert(1)", "../a.svg", "a b.svg")),
    ],
)
def test_a_logo_that_pages_may_not_load_is_refused_and_nothing_is_written(
    logo: str, words: str
) -> None:
    tenant, by = factories.tenant(), factories.facts(factories.staff())
    for write in (
        lambda: provision.change_tenant(facts=by, tenant=tenant, values={"logo": logo}),
        lambda: provision.create_tenant(facts=by, slug="new", name="New", logo=logo),
    ):
        with pytest.raises(InvalidInput, match=words) as raised:
            write()
        assert raised.value.field == "logo"
    tenant.refresh_from_db()
    assert tenant.logo == ""
    assert not Tenant.objects.filter(slug="new").exists()


def test_a_logo_of_the_site_and_one_from_an_admitted_origin_are_written(settings: Any) -> None:
    sources = {"img-src": ["https://pictures.example"]}
    settings.OTPGUARD = {**settings.OTPGUARD, "CSP_SOURCES": sources}
    tenant, by = factories.tenant(), factories.facts(factories.staff())
    for logo in ("acme/logo.svg", "https://pictures.example/a.svg", ""):
        changed = provision.change_tenant(facts=by, tenant=tenant, values={"logo": logo})
        tenant.refresh_from_db()
        assert (changed, tenant.logo) == (("logo",), logo)


def test_no_change_writes_nothing() -> None:
    tenant = factories.tenant(name="Acme")
    by = factories.facts(factories.staff())
    assert provision.change_tenant(facts=by, tenant=tenant, values={"name": "Acme"}) == ()
    assert not Event.objects.filter(kind="tenant.changed").exists()


@pytest.mark.parametrize(
    ("was", "becomes", "moved"), [(0, 100_000, True), (250_000, 5, True), (1, 2, False)]
)
def test_a_contract_that_moves_the_tier_is_a_change_of_policy(
    was: int, becomes: int, moved: bool
) -> None:
    tenant = factories.tenant(annual_contract_value=was)
    provision.change_tenant(
        facts=factories.facts(factories.staff()),
        tenant=tenant,
        values={"annual_contract_value": becomes},
    )
    tenant.refresh_from_db()
    assert (tenant.policy_version != 0) is moved
    assert ("tier" in data_of("tenant.changed")["after"]) is moved


def test_suspending_ends_the_tenants_proofs_and_no_others() -> None:
    here, there, person = factories.tenant(), factories.tenant(), factories.user()
    factories.grant(person, here)
    kept = factories.grant(person, there)
    provision.change_tenant(
        facts=factories.facts(factories.staff()), tenant=here, values={"status": "suspended"}
    )
    assert list(Grant.objects.filter(revoked_at=None)) == [kept]
    row = Event.objects.get(kind="grant.revoked")
    assert (row.tenant_id, row.subject_ref) == (here.pk, str(person.pk))


def test_another_tenant_changes_nothing_here() -> None:
    tenant = factories.tenant(name="Acme")
    with pytest.raises(NotAllowed):
        provision.change_tenant(
            facts=factories.facts(factories.user(), factories.tenant()),
            tenant=tenant,
            values={"name": "Mine"},
        )
    tenant.refresh_from_db()
    assert tenant.name == "Acme"


def test_a_column_that_is_not_for_changing_is_refused() -> None:
    tenant = factories.tenant()
    by = factories.facts(factories.staff())
    with pytest.raises(ValueError, match="policy_version"):
        provision.change_tenant(facts=by, tenant=tenant, values={"policy_version": 9})


# --- memberships -------------------------------------------------------------------------------


def test_a_new_member_is_created_with_an_event_about_them() -> None:
    tenant, person = factories.tenant(), factories.user()
    member = set_member(tenant, person, "member", "member")
    assert member.roles == ["member"]
    assert data_of("membership.changed")["created"] is True
    assert Event.objects.get(kind="membership.changed").subject_ref == str(person.pk)
    assert not Hold.objects.exists()


def test_setting_the_same_again_writes_nothing() -> None:
    tenant, person = factories.tenant(), factories.user()
    set_member(tenant, person, "b", "a")
    set_member(tenant, person, "a", "b")
    assert Event.objects.filter(kind="membership.changed").count() == 1


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_a_rise_to_an_admin_role_holds_what_is_sensitive_for_a_day(role: str) -> None:
    tenant = factories.tenant()
    factories.member(tenant, roles=["admin"])
    member = factories.member(tenant, roles=["member"])
    by = factories.facts(factories.user(), tenant)
    set_member(tenant, member.user, "member", role, by=by)
    member.refresh_from_db()
    assert {name: datetime.fromisoformat(at) for name, at in member.held.items()} == {
        "*sensitive": by.now + DAY
    }
    assert data_of("membership.changed")["gained"] == [role]
    assert role in Hold.objects.get().reason


def test_a_longer_hold_of_the_policy_is_the_one_that_runs() -> None:
    tenant = factories.tenant()
    factories.member(tenant, roles=["admin"])
    tenant.policy_wishes.create(checkpoint="role_grant", version=1, wishes={"hold": 172_800})
    by = factories.facts(factories.user(), tenant)
    set_member(tenant, factories.user(), "admin", by=by)
    assert Hold.objects.get().until == by.now + 2 * DAY


def test_the_first_admin_of_a_tenant_is_not_held() -> None:
    tenant = factories.tenant()
    factories.member(tenant, roles=["member"])
    factories.member(tenant, roles=["admin"], active=False)
    assert set_member(tenant, factories.user(), "admin").held == {}
    assert not Hold.objects.exists()


def test_an_admin_of_another_tenant_does_not_count_as_one_here() -> None:
    factories.member(factories.tenant(), roles=["admin"])
    assert set_member(factories.tenant(), factories.user(), "admin").held == {}


def test_taking_a_role_away_and_giving_it_again_does_not_shorten_the_wait() -> None:
    tenant = factories.tenant()
    factories.member(tenant, roles=["admin"])
    person = factories.user()
    first = set_member(tenant, person, "admin")
    until = first.held["*sensitive"]
    set_member(tenant, person)
    set_member(tenant, person, active=False)
    again = set_member(tenant, person, "admin")
    again.refresh_from_db()
    assert again.held["*sensitive"] >= until
    assert Hold.objects.count() == 2


def test_coming_back_as_an_admin_is_a_rise() -> None:
    tenant = factories.tenant()
    factories.member(tenant, roles=["admin"])
    back = factories.member(tenant, roles=["admin"], active=False)
    set_member(tenant, back.user, "admin")
    back.refresh_from_db()
    assert "*sensitive" in back.held


def test_a_second_admin_role_keeps_the_first_wait_when_that_is_longer() -> None:
    tenant = factories.tenant()
    factories.member(tenant, roles=["admin"])
    person = factories.user()
    member = set_member(tenant, person, "billing_admin")
    hold = Hold.objects.get()
    factories.age(hold, until=hold.until + DAY)
    set_member(tenant, person, "billing_admin", "admin")
    member.refresh_from_db()
    assert datetime.fromisoformat(member.held["*sensitive"]) == hold.until


def test_deactivation_ends_this_tenants_proofs_of_that_person_only() -> None:
    here, there, person = factories.tenant(), factories.tenant(), factories.user()
    set_member(here, person, "member")
    factories.grant(person, here)
    kept = {factories.grant(person, there).pk, factories.grant(factories.user(), here).pk}
    set_member(here, person, "member", active=False)
    assert set(Grant.objects.filter(revoked_at=None).values_list("pk", flat=True)) == kept


def test_another_tenants_admin_makes_nobody_a_member_here() -> None:
    tenant = factories.tenant()
    foreign = factories.facts(factories.user(), factories.tenant())
    with pytest.raises(NotAllowed):
        set_member(tenant, factories.user(), "admin", by=foreign)
    assert not Membership.objects.exists()


def test_somebody_without_a_tenant_makes_nobody_a_member() -> None:
    person = factories.user()
    with pytest.raises(NotAllowed):
        set_member(factories.tenant(), person, "admin", by=factories.facts(person))


def test_a_user_who_is_not_there_is_refused() -> None:
    tenant = factories.tenant()
    with pytest.raises(InvalidInput, match="no such user"):
        provision.set_member(
            facts=factories.facts(factories.staff()),
            tenant=tenant,
            user_id="987654",
            roles=[],
            active=True,
        )


@pytest.mark.parametrize(
    "column",
    [{"external_id": "42"}, {"legal_hold": True}, {"region": "PK"}, {"footprint": ["PK"]}],
)
def test_what_stands_for_the_host_and_what_keeps_a_tenant_is_the_sites_to_change(
    column: dict[str, Any],
) -> None:
    tenant = factories.tenant()
    within = factories.facts(factories.staff(), tenant)
    with pytest.raises(NotAllowed):
        provision.change_tenant(facts=within, tenant=tenant, values=column)
    assert provision.change_tenant(facts=factories.facts(), tenant=tenant, values=column) == tuple(
        column
    )


def test_an_external_id_that_is_taken_is_said() -> None:
    factories.tenant(external_id="42")
    with pytest.raises(InvalidInput) as wrong:
        provision.create_tenant(facts=factories.facts(), slug="new", name="New", external_id="42")
    assert wrong.value.field == "external_id"


def test_a_role_that_is_lost_ends_what_was_proven_at_once() -> None:
    tenant = factories.tenant()
    member = factories.member(tenant, roles=["admin", "api_admin"])
    here = factories.grant(member.user, tenant)
    elsewhere = factories.grant(member.user, factories.tenant())
    set_member(tenant, member.user, "admin")
    for grant in (here, elsewhere):
        grant.refresh_from_db()
    assert here.revoked_at is not None
    assert elsewhere.revoked_at is None
    assert set(Membership.objects.get(pk=member.pk).lost_roles) == {"api_admin"}


def test_a_new_admin_and_the_others_are_told_who_gave_what() -> None:
    tenant, kim = factories.tenant(), factories.user()
    boss = factories.member(tenant, roles=["admin"])
    set_member(tenant, kim, "api_admin", by=factories.facts(boss.user, tenant))
    notices = Notice.objects.filter(kind="role_granted", tenant=tenant)
    assert set(notices.values_list("user_id", flat=True)) == {kim.pk, boss.user.pk}
    kept = json.loads(notices[0].context.reveal())["details"]
    assert kept["roles"] == "api_admin"
    assert set(kept) == {"roles", "person", "by", "from_ip", "held_until"}


def test_a_tier_that_moves_is_told_to_the_admins() -> None:
    tenant = factories.tenant()
    boss = factories.member(tenant, roles=["admin"])
    by = factories.facts(factories.staff())
    provision.change_tenant(facts=by, tenant=tenant, values={"annual_contract_value": 250_000})
    assert Notice.objects.get(kind="tier_changed").user_id == boss.user.pk
