"""Buttons on tenants: create, change, suspend, activate, add a member."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.urls import reverse

from otpguard.models import Event, Factor, Grant, HeldRequest, Membership, Tenant
from tests import factories
from tests.admin.conftest import Act
from tests.stepup import continue_held, step_up

pytestmark = pytest.mark.django_db
CREATE = "admin:otpguard_tenant_do_create"


def do(action: str, tenant: Tenant) -> str:
    return reverse(f"admin:otpguard_tenant_do_{action}", args=[tenant.pk])


def values(**changed: object) -> dict[str, object]:
    start = {
        "name": "Acme",
        "brand": "",
        "annual_contract_value": 5000,
        "region": "us",
        "environment": "production",
        "industry": "",
        "tags": "EU, health, EU",
        "reason": "as agreed",
    }
    return {**start, **changed}


def test_a_tenant_is_created_after_a_step_up_and_shown(act: Act) -> None:
    page = act(reverse(CREATE), slug="acme", **values())
    made = Tenant.objects.get(slug="acme")
    assert (made.region, made.tags) == ("US", ["EU", "health"])
    assert page.context["original"] == made
    assert "first administrator" in page.content.decode()


def test_nothing_happens_without_the_step_up(site: Client) -> None:
    answer = site.post(reverse(CREATE), {"slug": "acme", **values()}, HTTP_ACCEPT="text/html")
    assert answer.status_code == 303
    assert "/step-up/" in answer["Location"]
    assert not Tenant.objects.exists()


def test_a_mistake_is_shown_before_anybody_is_asked_to_confirm(site: Client) -> None:
    page = site.post(reverse(CREATE), {"slug": "a b", **values(region="1")})
    assert page.status_code == 400
    assert {"slug", "region"} == set(page.context["form"].errors)


def test_a_slug_that_is_taken_is_said_on_the_form(site: Client) -> None:
    factories.tenant("acme")
    asked = site.post(reverse(CREATE), {"slug": "acme", **values()}, HTTP_ACCEPT="text/html")
    page = continue_held(site, step_up(site, asked))
    assert page.status_code == 403
    assert "already" in page.content.decode()


def test_a_tenant_is_changed_with_a_reason_in_the_log(act: Act, operator: AbstractUser) -> None:
    tenant = factories.tenant(name="Old")
    page = act(do("change", tenant), **values(name="New", annual_contract_value=200_000))
    tenant.refresh_from_db()
    assert (tenant.name, tenant.annual_contract_value) == ("New", 200_000)
    assert "enterprise" in page.content.decode()
    row = Event.objects.get(kind="tenant.changed")
    assert "as agreed" in row.body
    assert row.actor_ref == str(operator.pk)


def test_suspending_ends_proofs_and_activating_is_offered_then(act: Act, site: Client) -> None:
    tenant = factories.tenant()
    factories.grant(factories.user(), tenant)
    page = act(do("suspend", tenant), reason="not paid").content.decode()
    tenant.refresh_from_db()
    assert tenant.status == "suspended"
    assert not Grant.objects.filter(tenant=tenant, revoked_at=None).exists()
    assert do("activate", tenant) in page
    assert do("suspend", tenant) not in page
    assert site.get(do("suspend", tenant)).status_code == 302, "it is over already"
    act(do("activate", tenant), reason="paid")
    tenant.refresh_from_db()
    assert tenant.status == "active"


def test_a_member_is_added_on_the_tenants_page(act: Act) -> None:
    tenant, person = factories.tenant(), factories.user("ada")
    act(do("add-member", tenant), username="ada", roles="admin", active="on", reason="founder")
    member = Membership.objects.get(tenant=tenant, user=person)
    assert (member.roles, member.active, member.held) == (["admin"], True, {})


TOKENS = "serial,user,secret\r\nA1,ada,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\r\n"


def test_tokens_are_imported_after_a_step_up_and_never_kept_meanwhile(site: Client) -> None:
    tenant = factories.tenant()
    factories.member(tenant, factories.user("ada"))
    url, data = do("import-tokens", tenant), {"token_secrets": TOKENS}
    asked = site.post(url, data, HTTP_ACCEPT="text/html")
    assert asked.status_code == 303
    page = step_up(site, asked)
    assert "filled in again" in page.content.decode()
    held = HeldRequest.objects.get()
    assert held.withheld == ["token_secrets"]
    assert "GEZD" not in held.body.reveal()
    assert not Factor.objects.filter(tenant=tenant).exists()
    done = site.post(url, data, HTTP_ACCEPT="text/html")
    assert done.status_code == 302
    assert "1 token was imported." in site.get(done["Location"]).content.decode()
    factor = Factor.objects.get(tenant=tenant)
    assert (factor.user.username, factor.serial, factor.hardware) == ("ada", "A1", True)


def test_a_proof_for_one_list_of_tokens_does_not_serve_another(site: Client) -> None:
    tenant = factories.tenant()
    factories.member(tenant, factories.user("ada"))
    url = do("import-tokens", tenant)
    step_up(site, site.post(url, {"token_secrets": TOKENS}, HTTP_ACCEPT="text/html"))
    other = TOKENS.replace("GEZD", "GEZA")
    answer = site.post(url, {"token_secrets": other}, HTTP_ACCEPT="text/html")
    assert answer.status_code == 303
    assert not Factor.objects.filter(tenant=tenant).exists()


def test_mistakes_in_a_list_of_tokens_are_shown_by_line(site: Client) -> None:
    tenant = factories.tenant()
    page = site.post(do("import-tokens", tenant), {"token_secrets": TOKENS})
    assert page.status_code == 400
    assert "Line 2: No active member" in page.content.decode()


def test_a_proof_for_one_tenant_does_not_serve_another_of_the_same_name(site: Client) -> None:
    here, there = factories.tenant(name="Acme"), factories.tenant(name="Acme")
    data = {"reason": "not paid"}
    asked = site.post(do("suspend", here), data, HTTP_ACCEPT="text/html")
    step_up(site, asked)
    answer = site.post(do("suspend", there), data, HTTP_ACCEPT="text/html")
    assert answer.status_code == 303, "asked again"
    there.refresh_from_db()
    assert there.status == "active"


def test_a_proof_for_one_value_does_not_serve_another(site: Client) -> None:
    tenant = factories.tenant(name="Old")
    asked = site.post(do("change", tenant), values(name="A"), HTTP_ACCEPT="text/html")
    step_up(site, asked)
    assert site.post(do("change", tenant), values(name="B")).status_code in {303, 401}
    tenant.refresh_from_db()
    assert tenant.name == "Old"


def test_staff_who_may_only_view_cannot_act(client: Client) -> None:
    viewer = factories.user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_tenant"))
    factories.login(client, viewer)
    tenant = factories.tenant()
    for url in (do("suspend", tenant), reverse(CREATE)):
        assert client.get(url).status_code == 403
        assert client.post(url, {"reason": "x"}).status_code == 403
    tenant.refresh_from_db()
    assert tenant.status == "active"


def test_a_form_from_elsewhere_is_refused(operator: AbstractUser) -> None:
    strict = Client(enforce_csrf_checks=True)
    factories.login(strict, operator)
    tenant = factories.tenant()
    assert strict.post(do("suspend", tenant), {"reason": "x"}).status_code == 403


def test_staff_inside_a_tenant_do_not_reach_another(site: Client, operator: AbstractUser) -> None:
    own, other = factories.tenant(), factories.tenant()
    factories.member(own, operator, roles=["admin"])
    factories.select(site, own)
    asked = site.post(do("suspend", other), {"reason": "x"}, HTTP_ACCEPT="text/html")
    page = continue_held(site, step_up(site, asked))
    assert page.status_code == 403
    assert "another organization" in page.content.decode()
    other.refresh_from_db()
    assert other.status == "active"
