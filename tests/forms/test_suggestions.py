"""What forms offer: tenants in a menu or by their names, roles in boxes or as suggestions."""

from __future__ import annotations

import re

import pytest
from django.http import QueryDict

from otpguard.forms.enrollment import NewRuleForm
from otpguard.forms.membership import MemberForm, NewMemberOfForm
from otpguard.forms.suggestions import (
    ROLES_LISTED,
    TENANTS_LISTED,
    TENANTS_SUGGESTED,
    find_tenants,
    known_roles,
)
from otpguard.models import EnrollmentRule, Tenant
from tests import factories

pytestmark = pytest.mark.django_db
OPTION = re.compile(r'<option value="([^"]*)"( selected)?>([^<]*)</option>')


def many_tenants() -> None:
    names = [f"tenant-{number}" for number in range(TENANTS_LISTED + 1)]
    Tenant.objects.bulk_create([Tenant(slug=name, name=name, brand=name) for name in names])


def test_tenants_are_a_menu_by_name() -> None:
    factories.tenant("b", name="Acme & Co")
    factories.tenant("a", name="Zeta")
    shown = str(NewMemberOfForm(initial={"tenant": "a"})["tenant"])
    assert OPTION.findall(shown) == [
        ("", "", "Choose an organization"),
        ("b", "", "Acme &amp; Co"),
        ("a", " selected", "Zeta"),
    ]
    assert "maxlength" not in shown


def test_a_menu_says_that_nothing_stands_for_the_site() -> None:
    (none,) = OPTION.findall(str(NewRuleForm()["tenant"]))
    assert none == ("", " selected", "No organization: the site")


def test_a_menu_keeps_a_name_that_nobody_has() -> None:
    form = NewMemberOfForm({"tenant": "nowhere"})
    assert "tenant" in form.errors
    assert ("nowhere", " selected", "nowhere") in OPTION.findall(str(form["tenant"]))


def test_with_many_tenants_none_is_listed_and_what_was_typed_stays() -> None:
    many_tenants()
    shown = str(NewMemberOfForm({"tenant": "tenant-7"})["tenant"])
    assert OPTION.findall(shown) == []
    assert 'value="tenant-7"' in shown
    assert "data-otpguard-names" in shown
    assert re.search(r'list="(\w+)"', shown)[1] == re.search(r'<datalist id="(\w+)"', shown)[1]


def test_names_are_found_by_a_part_of_them_and_never_all() -> None:
    many_tenants()
    factories.tenant("acme", name="Acme & Co")
    assert find_tenants(" & c") == [("acme", "Acme & Co")]
    assert find_tenants("ACM") == [("acme", "Acme & Co")]
    assert len(find_tenants("tenant")) == TENANTS_SUGGESTED
    assert find_tenants("") == find_tenants("a\0") == find_tenants("%") == []


def test_the_roles_of_members_and_rules_are_known_but_not_too_many() -> None:
    factories.member(factories.tenant(), roles=["auditor", "member"])
    EnrollmentRule.objects.create(tenant=None, role="driver", grace_days=0)
    EnrollmentRule.objects.create(tenant=None, role="", grace_days=0)
    assert known_roles() == [
        *("admin", "api_admin", "auditor", "billing_admin", "driver", "member"),
    ]
    factories.member(factories.tenant(), roles=[f"role{number}" for number in range(50)])
    assert len(known_roles()) == ROLES_LISTED


def test_a_members_roles_are_boxes_and_others_can_be_typed() -> None:
    shown = str(MemberForm(initial={"roles": "admin, Pilot"})["roles"])
    assert re.search(r'value="admin"[^>]* checked', shown)
    assert not re.search(r'value="api_admin"[^>]* checked', shown)
    assert re.search(r'<input type="text" name="roles" value="Pilot" id="id_roles_others"', shown)
    assert '<label for="id_roles_others">' in shown


@pytest.mark.parametrize(
    ("posted", "roles"),
    [
        ("roles=admin&roles=member&roles=pilot,+driver", ["admin", "member", "pilot", "driver"]),
        ("roles=admin,+member", ["admin", "member"]),
        ("roles=admin&roles=admin,", ["admin"]),
        ("roles=", []),
        ("", []),
    ],
)
def test_what_was_ticked_and_what_was_typed_counts(posted: str, roles: list[str]) -> None:
    form = MemberForm(QueryDict(f"{posted}&reason=x"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["roles"] == roles


def test_a_rules_role_is_typed_with_suggestions() -> None:
    shown = str(NewRuleForm({"role": "No Role"})["role"])
    assert 'value="No Role"' in shown
    assert ("api_admin", "", "api_admin") in OPTION.findall(shown)
