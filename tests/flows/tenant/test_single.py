"""The one tenant: made at `migrate`, its members as their accounts are, its holds as for grants."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import override_settings
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.checkpoint.step_up_options import is_strict
from otpguard.flows.tenant.single import (
    FIRST_DAY,
    adopt_single,
    follow_account,
    make_single,
    sync_members,
)
from otpguard.models import Event, Hold, Membership, Tenant
from otpguard.tenants.single import SINGLE_ID
from tests import factories

pytestmark = pytest.mark.django_db
ROLES = {"is_superuser": ["admin"], "group:Billing": ["billing_admin"]}


@pytest.fixture(autouse=True)
def single() -> Generator[None]:
    with override_settings(OTPGUARD={"TENANCY": "single", "SINGLE_ROLES": ROLES}):
        yield


@pytest.fixture
def script() -> RequestFacts:
    return RequestFacts(now=timezone.now())


def seen(user: object, script: RequestFacts, *, after: timedelta = timedelta(0)) -> Membership:
    """Somebody who is seen some time after the tenant was made."""
    pk = str(getattr(user, "pk", ""))
    follow_account(facts=replace(script, user=pk, now=script.now + after, path="/"))
    return Membership.objects.get(user_id=pk)


def test_the_tenant_is_made_once_with_those_who_have_a_role_and_nobody_is_held(
    script: RequestFacts,
) -> None:
    bosses = [factories.staff() for _ in range(3)]
    factories.user()
    assert make_single(facts=script)
    assert not make_single(facts=script)
    tenant = Tenant.objects.get()
    assert tenant.pk == SINGLE_ID
    assert not is_strict(tenant, now=script.now), "the caps of tenants on trial are not for it"
    assert {each.user_id for each in Membership.objects.all()} == {each.pk for each in bosses}
    assert not Hold.objects.exists()
    assert Event.objects.filter(kind="tenant.created").count() == 1


def test_a_taken_slug_is_left_alone(script: RequestFacts) -> None:
    factories.tenant("site")
    make_single(facts=script)
    assert Tenant.objects.get(pk=SINGLE_ID).slug.startswith("site-")


def test_who_had_a_role_before_is_not_held_however_late_they_are_seen(
    script: RequestFacts,
) -> None:
    boss = factories.staff()
    factories.staff()
    make_single(facts=script)
    assert seen(boss, script, after=timedelta(days=300)).held == {}


def test_nobody_is_held_in_the_first_day(script: RequestFacts) -> None:
    make_single(facts=script)
    for _ in range(3):
        assert seen(factories.staff(), script, after=FIRST_DAY - timedelta(seconds=1)).held == {}


def test_a_superuser_who_is_seen_first_after_that_is_held_by_everybody_elses_rule(
    script: RequestFacts,
) -> None:
    factories.staff()
    make_single(facts=script)
    late = seen(factories.staff(), script, after=FIRST_DAY)
    assert list(late.held) == ["*sensitive"]
    assert Hold.objects.get().until == script.now + FIRST_DAY + timedelta(hours=24)


def test_an_account_from_before_that_gets_its_role_later_is_held(script: RequestFacts) -> None:
    """Also when it was never seen without it."""
    factories.staff()
    old = factories.user()
    make_single(facts=script)
    old.is_superuser = True
    old.save()
    assert list(seen(old, script, after=timedelta(days=30)).held) == ["*sensitive"]


def test_a_group_that_gives_an_admin_role_starts_the_hold_and_losing_it_ends_the_role(
    script: RequestFacts,
) -> None:
    factories.staff()
    make_single(facts=script)
    person, billing = factories.user(), Group.objects.create(name="Billing")
    assert seen(person, script, after=timedelta(days=2)).roles == []
    person.groups.add(billing)
    member = seen(person, script, after=timedelta(days=3))
    assert (member.roles, list(member.held)) == (["billing_admin"], ["*sensitive"])
    person.groups.clear()
    assert seen(person, script, after=timedelta(days=4)).roles == []
    person.groups.add(billing)
    seen(person, script, after=timedelta(days=9))
    assert Hold.objects.count() == 2


def test_the_event_does_not_say_that_the_person_gave_themselves_the_role(
    script: RequestFacts,
) -> None:
    make_single(facts=script)
    boss = factories.staff()
    seen(boss, script)
    event = Event.objects.get(kind="membership.changed")
    assert (event.actor_ref, event.subject_ref) == ("", str(boss.pk))


def test_nothing_is_written_of_somebody_who_is_right_already(script: RequestFacts) -> None:
    make_single(facts=script)
    boss = factories.staff()
    seen(boss, script)
    before = Event.objects.count()
    seen(boss, script)
    assert Event.objects.count() == before


def test_who_was_put_out_stays_out(script: RequestFacts) -> None:
    make_single(facts=script)
    boss = factories.staff()
    seen(boss, script)
    Membership.objects.update(active=False, roles=[])
    member = seen(boss, script, after=timedelta(days=2))
    list(sync_members(facts=replace(script, now=script.now + timedelta(days=2))))
    member.refresh_from_db()
    assert (member.active, member.roles) == (False, [])


def test_nothing_is_written_with_many_tenants_or_before_the_row(script: RequestFacts) -> None:
    boss = factories.staff()
    asked = replace(script, user=str(boss.pk))
    follow_account(facts=asked)
    with override_settings(OTPGUARD={}):
        make_single(facts=script)
        Membership.objects.all().delete()
        follow_account(facts=asked)
    assert not Membership.objects.exists()


def test_everybody_is_written_with_their_roles_and_late_admins_are_held(
    script: RequestFacts,
) -> None:
    factories.staff()
    make_single(facts=script)
    people = [factories.user() for _ in range(3)]
    late = factories.staff()
    after = replace(script, now=script.now + timedelta(days=2))
    assert list(sync_members(facts=after)) == [(5, 4)]
    assert list(sync_members(facts=after)) == [(5, 0)]
    assert Membership.objects.count() == 5
    assert Hold.objects.get().membership.user == late
    said = Event.objects.filter(kind="membership.changed", subject_ref=str(people[0].pk))
    assert said.count() == 1


def test_the_one_tenant_becomes_the_first_of_many_with_all_that_it_has(
    script: RequestFacts,
) -> None:
    boss = factories.staff()
    make_single(facts=script)
    tenant = Tenant.objects.get()
    grant, factor = factories.grant(boss, tenant), factories.totp_factor(boss)
    events = set(Event.objects.values_list("pk", "mac"))
    factories.tenant("taken", external_id="17")
    for taken in ({"slug": "taken"}, {"slug": "acme", "external_id": "17"}):
        with pytest.raises(InvalidInput):
            adopt_single(facts=script, name="Acme", **taken)
    adopt_single(facts=script, slug="acme", name="Acme", external_id="18")
    tenant.refresh_from_db()
    assert (tenant.pk, tenant.slug, tenant.external_id) == (SINGLE_ID, "acme", "18")
    assert Membership.objects.get().roles == ["admin"]
    grant.refresh_from_db()
    factor.refresh_from_db()
    assert grant.tenant_id == SINGLE_ID
    assert grant.revoked_at is None
    assert factor.confirmed
    assert events < set(Event.objects.values_list("pk", "mac"))


def test_only_the_site_makes_it_names_it_or_writes_everybody(script: RequestFacts) -> None:
    asked = replace(script, user=str(factories.user().pk), path="/")
    with pytest.raises(NotAllowed):
        make_single(facts=asked)
    with pytest.raises(NotAllowed):
        adopt_single(facts=asked, slug="a", name="A")
    with pytest.raises(NotAllowed):
        list(sync_members(facts=asked))
