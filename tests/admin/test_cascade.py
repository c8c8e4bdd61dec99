"""Rows fall with a person or a tenant on Django's pages for that, and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import site as default_site
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from otpguard.admin.cascade import falls_along, is_deletion
from otpguard.models import Event, Factor, Hold, LoginSession, Membership, Tenant
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
USER = get_user_model()


@pytest.fixture
def clerk(client: Client) -> AbstractUser:
    """Staff who may delete users and nothing of ours."""
    clerk = factories.user("clerk", is_staff=True)
    for name in ("delete_user", "view_user"):
        clerk.user_permissions.add(Permission.objects.get(codename=name))
    factories.login(client, clerk)
    return clerk


def delete_page(user: AbstractUser) -> str:
    return reverse("admin:auth_user_delete", args=[user.pk])


def held(member: Membership, **fields: Any) -> Hold:
    fields.setdefault("until", timezone.now() + timedelta(hours=1))
    return Hold.objects.create(
        tenant=member.tenant, membership=member, user=member.user, checkpoint="*", **fields
    )


@pytest.fixture
def member() -> Membership:
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    factories.session(member.user)
    return member


def test_a_clerk_deletes_one_person_and_is_recorded(
    client: Client, clerk: AbstractUser, member: Membership
) -> None:
    assert client.get(delete_page(member.user)).status_code == 200
    assert client.post(delete_page(member.user), {"post": "yes"}).status_code == 302
    assert not USER.objects.filter(pk=member.user_id).exists()
    event = Event.objects.get(kind="person.removed")
    assert (event.actor_ref, event.subject_ref) == (str(clerk.pk), str(member.user_id))


@pytest.mark.usefixtures("clerk")
def test_a_clerk_deletes_several_at_once(client: Client, member: Membership) -> None:
    others = [factories.member(member.tenant).user for _ in range(2)]
    chosen = [str(each.pk) for each in (member.user, *others)]
    data = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    assert client.post(reverse("admin:auth_user_changelist"), data).status_code == 302
    assert not USER.objects.filter(pk__in=chosen).exists()
    assert Event.objects.filter(kind="person.removed").count() == 3


@pytest.mark.usefixtures("clerk")
def test_a_running_hold_is_named_as_what_stands_in_the_way(
    client: Client, member: Membership
) -> None:
    hold = held(member)
    page = client.get(delete_page(member.user)).content.decode()
    assert "<li>hold</li>" in page
    assert client.post(delete_page(member.user), {"post": "yes"}).status_code == 403
    assert Factor.objects.exists()
    Hold.objects.filter(pk=hold.pk).update(lifted_at=timezone.now())
    assert client.post(delete_page(member.user), {"post": "yes"}).status_code == 302


@pytest.mark.usefixtures("clerk")
def test_a_legal_hold_is_named_by_the_membership(client: Client, member: Membership) -> None:
    Tenant.objects.update(legal_hold=True)
    assert "<li>member</li>" in client.get(delete_page(member.user)).content.decode()
    assert client.post(delete_page(member.user), {"post": "yes"}).status_code == 403
    assert Membership.objects.exists()


def at(url: str) -> Any:
    request = RequestFactory().post(url)
    request.resolver_match = resolve(url)
    return request


def test_no_other_page_of_the_admin_lets_a_row_go(member: Membership) -> None:
    session = LoginSession.objects.get()
    for model in default_site._registry:
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in (f"{stem}_changelist", f"{stem}_add"):
            found = is_deletion(at(reverse(page)))
            assert found == (model in {USER, Tenant} and page.endswith("changelist")), page
    assert falls_along(at(delete_page(member.user)), session)
    assert not falls_along(at(delete_page(member.user)), None)
    assert not falls_along(at(reverse("admin:auth_user_change", args=[1])), session)
    assert not falls_along(at("/security/"), session)
    assert not falls_along(RequestFactory().get("/"), session)
