"""Members whom the host's own directory knows: its word counts, and a row is made at first need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.core.assurance import AssuranceLevel
from otpguard.exceptions import NotAllowed
from otpguard.flows.factor.import_tokens import import_tokens
from otpguard.flows.factor.reset import reset_factors
from otpguard.flows.shadow import keep_shadow
from otpguard.flows.tenant.enrollment import enrollment_status_of, set_rule
from otpguard.models import Event, Factor, Grant, Hold, Membership, Tenant
from tests import factories, guarded
from tests.directory import SETTING, OwnMembers, dismiss, employ
from tests.stepup import begin, go_on, step_up

pytestmark = pytest.mark.django_db(transaction=True)
JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html"}


@pytest.fixture
def acme(settings: Any) -> Iterator[Tenant]:
    """A tenant whose members the host knows."""
    settings.OTPGUARD = {**settings.OTPGUARD, **SETTING}
    settings.ROOT_URLCONF = "tests.guarded"
    OwnMembers.people.clear()
    yield factories.tenant("acme")
    OwnMembers.people.clear()
    guarded.ran.clear()


@pytest.fixture
def ann(acme: Tenant) -> AbstractUser:
    """An admin there, with a phone and no row of ours."""
    user = factories.user("ann")
    employ(user, acme, "admin", "api_admin")
    factories.phone_factor(user)
    return user


def browser(user: AbstractUser, tenant: Tenant) -> Client:
    return factories.login(Client(headers=HTML), user, tenant)


def test_a_member_of_the_hosts_steps_up_and_only_then_has_a_row(
    ann: AbstractUser, acme: Tenant
) -> None:
    client = browser(ann, acme)
    refused = client.get("/billing/")
    assert refused.status_code == 303
    assert not Membership.objects.exists(), "a refusal needs none"
    assert step_up(client, refused).content == b"done: billing by GET"
    row = Membership.objects.get(user=ann, tenant=acme)
    assert (row.roles, row.active) == (["admin", "api_admin"], True)
    event = Event.objects.get(kind="membership.changed")
    assert (event.subject_ref, event.tenant_id) == (str(ann.pk), acme.pk)


def test_the_guard_asks_one_statement_beside_the_host(
    ann: AbstractUser, acme: Tenant, django_assert_num_queries: Any
) -> None:
    client = browser(ann, acme)
    step_up(client, client.get("/billing/"))
    with django_assert_num_queries(3):  # the session, the user, the guard
        assert client.get("/billing/").status_code == 200


def test_a_stranger_is_refused_whatever_our_row_says(acme: Tenant) -> None:
    member = factories.member(acme, roles=["admin"])
    factories.phone_factor(member.user)
    refused = browser(member.user, acme).get("/billing/", headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_a_member")


def test_who_is_put_out_or_inactive_is_refused_at_once(ann: AbstractUser, acme: Tenant) -> None:
    client = browser(ann, acme)
    step_up(client, client.get("/billing/"))
    employ(ann, acme, "admin", active=False)
    assert client.get("/billing/", headers=JSON).status_code == 403
    dismiss(ann, acme)
    assert client.get("/billing/", headers=JSON).status_code == 403
    employ(ann, acme)
    assert client.get("/billing/").status_code == 200, "nothing of ours was asked"


def test_a_row_is_brought_up_to_date_and_one_of_a_stranger_ends_with_its_proofs(
    ann: AbstractUser, acme: Tenant
) -> None:
    facts = factories.facts(ann, acme)
    keep = {"facts": facts, "user": str(ann.pk), "tenant": str(acme.pk)}
    keep_shadow(**keep)
    employ(ann, acme, "member")
    keep_shadow(**keep)
    keep_shadow(**keep)
    assert Membership.objects.get().roles == ["member"]
    grant = factories.grant(ann, acme)
    dismiss(ann, acme)
    keep_shadow(**keep)
    grant.refresh_from_db()
    assert grant.revoked_at is not None
    assert not Membership.objects.get().active
    kinds = Event.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [*["membership.changed"] * 3, "grant.revoked"]


def test_nobody_gets_a_row_who_belongs_nowhere(ann: AbstractUser, acme: Tenant) -> None:
    other = factories.user()
    facts = factories.facts(other, acme)
    keep_shadow(facts=facts, user=str(other.pk), tenant=str(acme.pk))
    keep_shadow(facts=facts, user=str(ann.pk), tenant="")
    assert not Membership.objects.exists()


def test_with_the_shipped_directory_nothing_is_read_or_written(
    django_assert_num_queries: Any,
) -> None:
    member = factories.member(factories.tenant())
    facts = factories.facts(member.user, member.tenant)
    with django_assert_num_queries(0):
        keep_shadow(facts=facts, user=facts.user, tenant=facts.tenant)


def test_a_hold_stands_on_the_row_and_stops_the_member(ann: AbstractUser, acme: Tenant) -> None:
    boss = factories.user("boss")
    employ(boss, acme, "admin")
    done = reset_factors(
        facts=factories.facts(boss, acme),
        user_id=str(ann.pk),
        tenant_id=str(acme.pk),
        reason="lost",
    )
    assert done.blocked == 1
    assert Hold.objects.get().membership.user == ann
    assert browser(ann, acme).get("/billing/", headers=JSON).json()["code"] == "checkpoint_held"


def test_nobody_resets_a_stranger(acme: Tenant) -> None:
    boss, other = factories.user("boss"), factories.user()
    employ(boss, acme, "admin")
    with pytest.raises(NotAllowed):
        reset_factors(
            facts=factories.facts(boss, acme),
            user_id=str(other.pk),
            tenant_id=str(acme.pk),
            reason="lost",
        )


def test_the_api_knows_the_hosts_admins_and_members(ann: AbstractUser, acme: Tenant) -> None:
    other = factories.user("bob")
    employ(other, acme, "member")
    client = browser(ann, acme)
    url = reverse("otpguard:api-member-factors", args=[other.pk])
    asked = client.get(url, headers=JSON)
    assert asked.status_code == 401
    go_on(client, begin(client, asked))
    assert client.get(url, headers=JSON).json()["factors"] == []
    stranger = reverse("otpguard:api-member-factors", args=[factories.user().pk])
    assert client.get(stranger, headers=JSON).status_code == 404
    assert browser(other, acme).get(url, headers=JSON).status_code == 403
    dismiss(ann, acme)
    assert client.get(url, headers=JSON).status_code == 403


def test_enrollment_asks_by_the_hosts_roles(ann: AbstractUser, acme: Tenant) -> None:
    Factor.objects.all().delete()
    now = timezone.now()
    set_rule(
        facts=factories.facts(),
        tenant=acme,
        role="api_admin",
        level=AssuranceLevel.AAL2,
        starts_at=now - timedelta(days=2),
        grace_days=0,
    )
    other = factories.user()
    employ(other, acme, "member")
    asked = {
        each.username: type(enrollment_status_of(factories.facts(each, acme))).__name__
        for each in (ann, other, factories.user("nobody"))
    }
    assert asked == {"ann": "Overdue", other.username: "NotRequired", "nobody": "NotRequired"}


def test_tokens_go_to_the_hosts_members_and_to_nobody_else(ann: AbstractUser, acme: Tenant) -> None:
    text = "serial,secret,user\n1,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,{}\n"
    (made,) = import_tokens(facts=factories.facts(), tenant=acme, text=text.format("ann"))
    assert (str(made.user_id), made.tenant_id) == (str(ann.pk), acme.pk)
    factories.user("bob")
    with pytest.raises(Exception, match="mistakes"):
        import_tokens(facts=factories.facts(), tenant=acme, text=text.format("bob"))
    assert Grant.objects.count() == 0
