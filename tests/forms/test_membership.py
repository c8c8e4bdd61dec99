"""Input about members and holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from otpguard.forms.membership import HoldForm, MemberForm, NewMemberForm, NewMemberOfForm
from tests import factories


def test_roles_are_a_list_without_repeats() -> None:
    form = MemberForm({"roles": " admin,member ,,admin", "active": "on", "reason": "x"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["roles"] == ["admin", "member"]
    assert form.cleaned_data["active"] is True


def test_no_roles_and_inactive_are_fine() -> None:
    form = MemberForm({"reason": "left"})
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["roles"], form.cleaned_data["active"]) == ([], False)


@pytest.mark.parametrize("role", ["Admin", "a b", "<b>", "1st", "x" * 41])
def test_what_is_no_role_name_is_refused(role: str) -> None:
    form = MemberForm({"roles": role, "reason": "x"})
    assert list(form.errors) == ["roles"]
    assert role in form.errors["roles"][0]


@pytest.mark.django_db
def test_a_person_is_found_by_login_name_only() -> None:
    ada = factories.user("ada", email="ada@example.com")
    data = {"roles": "member", "active": "on", "reason": "x"}
    form = NewMemberForm({**data, "username": "ada"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["username"] == str(ada.pk)
    for name in ("ada@example.com", "Ada", "nobody"):
        assert not NewMemberForm({**data, "username": name}).is_valid()


@pytest.mark.django_db
def test_a_tenant_is_found_by_its_short_name() -> None:
    tenant = factories.tenant("acme")
    factories.user("ada")
    data = {"username": "ada", "reason": "x"}
    form = NewMemberOfForm({**data, "tenant": "acme"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["tenant"] == tenant
    assert list(NewMemberOfForm({**data, "tenant": "nowhere"}).errors) == ["tenant"]


@pytest.mark.parametrize("hours", ["0", "721", "-1", "soon"])
def test_a_hold_lasts_from_an_hour_to_a_month(hours: str) -> None:
    form = HoldForm({"checkpoint": "*", "hours": hours, "reason": "x"})
    assert list(form.errors) == ["hours"]


def test_a_hold_names_a_known_checkpoint_also_a_hosts_own() -> None:
    with override_settings(OTPGUARD={"CHECKPOINTS": {"payout": {"LABEL": "Pay out"}}}):
        form = HoldForm({"checkpoint": "payout", "hours": "2", "reason": "x"})
        assert form.is_valid(), form.errors
        assert form.duration == timedelta(hours=2)
        labels = dict(form.fields["checkpoint"].choices)
        assert str(labels["payout"]) == "Pay out"
        assert "signup" not in labels, "nobody is a member yet there"
    assert not HoldForm({"checkpoint": "payout", "hours": "2", "reason": "x"}).is_valid()
