"""Buttons on tenants: create, change, suspend, activate, add a member."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.urls import reverse

from otpguard.forms.tenant import NewTenantForm, TenantForm
from otpguard.models import Event, Factor, Grant, KeptForm, Membership, Tenant
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
CREATE = "admin:otpguard_tenant_do_create"


def do(action: str, tenant: Tenant) -> str:
    return reverse(f"admin:otpguard_tenant_do_{action}", args=[tenant.pk])


def values(**changed: object) -> dict[str, object]:
    start = {
        "name": "Acme",
        "brand": "",
        "logo": "",
        "annual_contract_value": 5000,
        "region": "us",
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
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["slug"]
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


def test_a_logo_from_elsewhere_is_a_mistake_at_its_field(act: Act, site: Client) -> None:
    tenant = factories.tenant()
    elsewhere = values(logo="https://pictures.example/a.svg")
    page = site.post(do("change", tenant), elsewhere, headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert "Our pages may not load pictures from there." in page.content.decode()
    act(do("change", tenant), **values(logo="acme/logo.svg"))
    tenant.refresh_from_db()
    assert tenant.logo == "acme/logo.svg"


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
    (blank,) = page.context["blanks"]
    assert (blank["name"], blank["kind"]) == ("token_secrets", "lines")
    form = KeptForm.objects.get()
    assert "GEZD" not in form.body.reveal()
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
    assert "Line 2: This organization has no active member" in page.content.decode()


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
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 403
    assert "another organization" in page.content.decode()
    other.refresh_from_db()
    assert other.status == "active"


def test_what_nothing_reads_yet_is_neither_shown_nor_asked_for() -> None:
    shown = admin.site.get_model_admin(Tenant)
    offered = {
        *shown.list_display,
        *shown.list_filter,
        *shown.search_fields,
        *(shown.fields or ()),
        *TenantForm.base_fields,
        *NewTenantForm.base_fields,
    }
    assert not offered & {"environment", "usage_signal_at"}


def delete_page(tenant: Tenant) -> str:
    return reverse("admin:otpguard_tenant_delete", args=[tenant.pk])


@pytest.mark.django_db(transaction=True)
def test_a_tenant_is_deleted_after_a_step_up(site: Client, operator: AbstractUser) -> None:
    member = factories.member(factories.tenant("acme"))
    page = reverse("admin:otpguard_tenant_change", args=[member.tenant_id])
    assert delete_page(member.tenant) in site.get(page).content.decode()
    asked = site.post(delete_page(member.tenant), {"post": "yes"}, HTTP_ACCEPT="text/html")
    assert (asked.status_code, Tenant.objects.count()) == (303, 1)
    done = continue_form(site, step_up(site, asked))
    assert done.status_code == 302
    assert not Tenant.objects.exists()
    event = Event.objects.get(kind="tenant.removed")
    assert (event.actor_ref, event.tenant_id) == (str(operator.pk), member.tenant_id)


@pytest.mark.django_db(transaction=True)
def test_many_tenants_are_deleted_by_one_step_up_all_or_none(site: Client) -> None:
    tenants = [factories.tenant() for _ in range(3)]
    url = reverse("admin:otpguard_tenant_changelist")
    chosen = [str(each.pk) for each in tenants]
    data = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    asked = site.post(url, data, HTTP_ACCEPT="text/html")
    assert asked.status_code == 303
    assert not LogEntry.objects.exists(), "nothing was deleted yet"
    assert continue_form(site, step_up(site, asked)).status_code == 302
    assert not Tenant.objects.exists()
    assert Event.objects.filter(kind="tenant.removed").count() == 3
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == set(chosen)


def test_staff_inside_a_tenant_delete_none_and_are_told_before_a_step_up(
    client: Client, operator: AbstractUser
) -> None:
    tenant, other = factories.tenant(), factories.tenant()
    factories.member(tenant, operator)
    factories.login(client, operator, tenant)
    chosen = {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"}
    for url, data in (
        (delete_page(other), {"post": "yes"}),
        (reverse("admin:otpguard_tenant_changelist"), chosen),
    ):
        assert client.post(url, data, HTTP_ACCEPT="text/html").status_code == 403
    assert (Tenant.objects.count(), LogEntry.objects.count()) == (2, 0)


@pytest.mark.usefixtures("act")
def test_a_legal_hold_keeps_a_tenant(site: Client) -> None:
    tenant = factories.tenant(legal_hold=True)
    assert site.get(delete_page(tenant)).status_code == 403
    assert site.post(delete_page(tenant), {"post": "yes"}).status_code == 403
    page = reverse("admin:otpguard_tenant_change", args=[tenant.pk])
    assert delete_page(tenant) not in site.get(page).content.decode()


def test_who_may_change_tenants_may_not_delete_them(client: Client) -> None:
    tenant, clerk = factories.tenant(), factories.user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["change_tenant"]))
    factories.login(client, clerk)
    assert client.get(delete_page(tenant)).status_code == 403


def test_a_footprint_is_typed_as_codes_and_a_wrong_one_is_refused(
    act: Act,
) -> None:
    tenant = factories.tenant("acme", name="Acme")
    act(do("change", tenant), **values(footprint="fr, DE fr"))
    tenant.refresh_from_db()
    assert tenant.footprint == ["DE", "FR"]
    wrong = TenantForm(values(footprint="Germany"))
    assert "Enter codes of countries" in wrong.errors["footprint"][0]


def test_the_hosts_record_and_a_legal_hold_are_set_by_the_form(act: Act) -> None:
    tenant = factories.tenant("acme", name="Acme")
    act(do("change", tenant), **values(external_id="42", legal_hold="on"))
    tenant.refresh_from_db()
    assert (tenant.external_id, tenant.legal_hold) == ("42", True)


def test_a_record_of_the_hosts_stands_for_one_tenant(site: Client) -> None:
    factories.tenant(external_id="42")
    tenant = factories.tenant("acme")
    url = do("change", tenant)
    asked = site.post(url, values(external_id="42"), HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 400
    assert set(page.context["form"].errors) == {"external_id"}


def test_names_are_suggested_to_people_who_may_see_tenants(site: Client, client: Client) -> None:
    factories.tenant("acme", name="Acme")
    factories.tenant("other", name="Other")
    url = reverse("admin:otpguard_tenant_names")
    assert site.get(url, {"q": "acm"}).json() == {"names": [["acme", "Acme"]]}
    assert url in site.get(reverse("admin:otpguard_membership_do_add")).content.decode()
    viewer = factories.user(is_staff=True)
    factories.login(client, viewer)
    assert client.get(url, {"q": "acm"}).status_code == 403
    viewer.user_permissions.set([Permission.objects.get(codename="view_tenant")])
    assert client.get(url, {"q": "acm"}).status_code == 200
