"""Django's admin gives rights after a proof of the person who gives them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.sites import AdminSite
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import AbstractUser, Group, Permission

from otpguard.contrib.role_grants import RoleGrantMixin
from otpguard.http.guard_state import RequestRefused
from otpguard.models import Event, Grant, Hold
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


class Users(RoleGrantMixin, UserAdmin):
    """As a host writes it."""


class Groups(RoleGrantMixin, GroupAdmin):
    """The same for groups."""


@pytest.fixture
def kim() -> AbstractUser:
    return factories.user("kim")


def save(host: Host, obj: Any, **cleaned: Any) -> None:
    """What Django does with a valid form that changes these fields."""
    of = Users if isinstance(obj, get_user_model()) else Groups
    model_admin = of(type(obj), AdminSite())
    request = request_of(host, "post", "/plain/", {"set": str(sorted(cleaned))})
    form = model_admin.get_form(request, obj, fields=list(cleaned))(instance=obj)
    form.cleaned_data = cleaned
    for name, value in cleaned.items():
        if name.startswith("is_"):
            setattr(obj, name, value)
    model_admin.save_model(request, obj, form, True)


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_a_flag_is_given_after_a_proof_for_it(host: Host, kim: AbstractUser, flag: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        save(host, kim, **{flag: True})
    assert refused.value.ask.target == f"{flag} for kim"
    kim.refresh_from_db()
    assert getattr(kim, flag) is False
    pass_step_up(host.client, intent=refused.value.ask.intent)
    save(host, kim, **{flag: True})
    kim.refresh_from_db()
    assert getattr(kim, flag) is True
    assert Event.objects.filter(kind="rights.changed").count() == 1


def test_groups_and_permissions_are_given_after_a_proof(host: Host, kim: AbstractUser) -> None:
    support = Group.objects.create(name="support")
    right = Permission.objects.order_by("pk").first()
    for given in ({"groups": [support]}, {"user_permissions": [right]}):
        with pytest.raises(RequestRefused):
            save(host, kim, **given)
    with pytest.raises(RequestRefused) as refused:
        save(host, support, permissions=[right])
    assert refused.value.ask.target.endswith("for support")


def test_what_is_taken_away_asks_nothing_and_ends_what_was_proven(
    host: Host, kim: AbstractUser
) -> None:
    support = Group.objects.create(name="support")
    kim.groups.add(support)
    for change in ({"groups": []}, {"is_active": False}):
        factories.grant(kim)
        save(host, kim, **change)
        assert not Grant.objects.filter(user=kim, revoked_at=None).exists()


def test_a_form_that_gives_nothing_is_saved_as_ever(host: Host, kim: AbstractUser) -> None:
    save(host, kim, first_name="Kim", is_active=True, is_staff=False)
    assert not Event.objects.filter(kind="rights.changed").exists()


def test_a_new_operator_waits_before_sensitive_actions_outside_every_tenant(host: Host) -> None:
    factories.user("root", is_staff=True, is_superuser=True)
    kim = factories.user("kim")
    with pytest.raises(RequestRefused) as refused:
        save(host, kim, is_staff=True)
    assert not Hold.objects.exists()
    kim.refresh_from_db()
    pass_step_up(host.client, intent=refused.value.ask.intent)
    save(host, kim, is_staff=True)
    assert (Hold.objects.get().user, Hold.objects.get().tenant) == (kim, None)
