"""A product without organizations, from `migrate` to a guarded view: nobody sets up a tenant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import AbstractUser, Group
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.flows.scope import is_site
from otpguard.flows.tenant.single import make_single
from otpguard.models import Event, Hold, Membership, Tenant
from otpguard.tenants.single import SINGLE_ID
from tests import factories, guarded
from tests.stepup import step_up

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = {"is_superuser": ["admin"], "group:Billing": ["billing_admin"]}


@pytest.fixture(autouse=True)
def single(settings: Any) -> Iterator[None]:
    """The product as it is on a day long after the tenant was made, with one admin from before."""
    settings.ROOT_URLCONF = "tests.guarded"
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANCY": "single", "SINGLE_ROLES": ROLES}
    factories.staff("first")
    make_single(facts=RequestFacts(now=timezone.now() - timedelta(days=30)))
    guarded.ran.clear()
    yield
    guarded.ran.clear()


def browser(person: AbstractUser) -> Client:
    factories.phone_factor(person)
    return factories.login(Client(headers={"Accept": "text/html"}), person)


def is_open(client: Client) -> bool:
    answer = client.get("/billing/")
    if answer.status_code == 303:
        answer = step_up(client, answer)
    return answer.status_code == 200


@pytest.mark.parametrize("name", ["first", "ordinary"])
def test_a_superuser_and_an_ordinary_user_meet_the_same_rules_on_the_first_try(name: str) -> None:
    people = type(factories.user("ordinary"))
    client = browser(people.objects.get(username=name))
    refused = client.get("/billing/")
    assert refused.status_code == 303, "a code is asked for, and nobody is told no_tenant"
    page = step_up(client, refused)
    assert (page.status_code, guarded.ran) == (200, ["billing by GET"])
    assert Membership.objects.filter(tenant=SINGLE_ID).count() >= 1


def test_the_steady_state_is_one_statement(django_assert_num_queries: Any) -> None:
    client = browser(factories.user())
    assert is_open(client)
    client.get("/billing/")
    with django_assert_num_queries(3) as captured:
        client.get("/billing/")
    ours = [q["sql"] for q in captured.captured_queries if "otpguard_" in q["sql"]]
    assert len(ours) == 1
    assert "otpguard_membership" in ours[0]


@pytest.mark.parametrize("how", ["superuser", "group"])
def test_a_role_that_is_gained_between_two_requests_is_held_at_the_next(how: str) -> None:
    """By an UPDATE that sends no signal, with a proof that would open the view."""
    person, billing = factories.user(), Group.objects.create(name="Billing")
    client = browser(person)
    assert is_open(client)
    if how == "superuser":
        type(person).objects.filter(pk=person.pk).update(is_superuser=True)
    else:
        person.groups.add(billing)
    answer = client.get("/billing/")
    assert answer.status_code == 403
    assert Hold.objects.get().membership.user == person
    assert client.get("/billing/").status_code == 403
    assert Hold.objects.count() == 1


def test_somebody_from_a_bearer_token_or_an_old_session_becomes_a_member_at_the_guard() -> None:
    person = factories.user()
    client = browser(person)
    Membership.objects.filter(user=person).delete()
    assert client.get("/billing/").status_code == 303
    assert Membership.objects.filter(user=person, tenant=SINGLE_ID).exists()


def test_a_hold_outlives_the_transaction_that_the_refusal_rolls_back() -> None:
    person = factories.user()
    client = browser(person)
    assert is_open(client)
    type(person).objects.filter(pk=person.pk).update(is_superuser=True)
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        assert client.get("/chats/later/").status_code == 403
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    assert Hold.objects.get().membership.user == person


def test_who_was_put_out_meets_a_closed_door() -> None:
    person = factories.user()
    client = browser(person)
    Membership.objects.filter(user=person).update(active=False)
    assert client.get("/billing/").status_code == 403


def test_without_the_row_everybody_is_refused() -> None:
    Membership.objects.all().delete()
    Event.objects.all().delete()
    Tenant.objects.filter(pk=SINGLE_ID).update(status="suspended")
    assert browser(factories.user()).get("/billing/").status_code == 403


def test_pages_do_not_speak_of_organizations() -> None:
    client = browser(factories.user())
    page = client.get("/billing/", follow=True)
    assert page.status_code == 200
    assert b"rganization" not in page.content
    for path in ("/security/", "/security/add/"):
        shown = client.get(path, follow=True)
        assert b"rganization" not in shown.content, path
    Membership.objects.update(active=False)
    closed = client.get("/billing/")
    assert closed.status_code == 403
    assert b"Your access has ended." in closed.content
    assert b"rganization" not in closed.content


def test_with_many_tenants_nothing_of_this_happens(settings: Any) -> None:
    settings.OTPGUARD = {k: v for k, v in settings.OTPGUARD.items() if k != "TENANCY"}
    person = factories.user()
    with transaction.atomic():
        client = browser(person)
    assert client.get("/billing/").status_code == 403
    assert not Membership.objects.filter(user=person).exists()


def test_staff_of_the_one_tenant_act_for_the_site_and_nobody_else_does() -> None:
    boss, plain = factories.staff(), factories.user()
    one = Tenant.objects.get(pk=SINGLE_ID)
    assert is_site(factories.facts(boss, one))
    assert not is_site(factories.facts(plain, one))
    assert not is_site(factories.facts(boss, factories.tenant()))


def test_every_list_of_the_admin_opens() -> None:
    client = factories.login(Client(), type(factories.user()).objects.get(username="first"))
    for model in apps.get_app_config("otpguard").get_models():
        if admin.site.is_registered(model):
            name = f"admin:otpguard_{model._meta.model_name}_changelist"
            answer = client.get(reverse(name))
            assert answer.status_code == 200, (name, answer.content)
