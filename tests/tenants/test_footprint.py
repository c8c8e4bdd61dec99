"""The footprint of a site, a tenant and a member."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.tenants.footprint import footprint_in, footprint_of_member
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_site_sends_to_the_united_states_unless_it_says_more(settings: Any) -> None:
    assert footprint_in(None) == {"US"}
    settings.OTPGUARD = {"FOOTPRINT": ["CA", "001"]}
    assert footprint_in(None) == {"CA", "001"}


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ([], {"US", "DE"}),
        (["FR", "IT"], {"US", "FR", "IT"}),
        (["FR", "ZZ", "fr", 7], {"US", "DE"}),
        ({"FR": 1}, {"US", "DE"}),
    ],
)
def test_a_tenant_adds_its_own_countries_and_a_damaged_list_adds_none(
    stored: Any, found: set[str]
) -> None:
    assert footprint_in(factories.tenant(region="DE", footprint=stored)) == found


def test_a_member_has_those_of_all_active_tenants() -> None:
    member = factories.member(factories.tenant(region="DE"))
    factories.member(factories.tenant(region="FR"), member.user)
    factories.member(factories.tenant(region="IT"), member.user, active=False)
    factories.member(factories.tenant(region="ES", status="suspended"), member.user)
    factories.member(factories.tenant(region="PT"))
    assert footprint_of_member(str(member.user.pk)) == {"US", "DE", "FR"}
