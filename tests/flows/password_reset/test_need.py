"""Which checkpoint a reset meets, and what is missing there."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.password_reset import ResetNeed
from otpguard.flows.password_reset.need import reset_checkpoint, state_of_reset
from tests import factories
from tests.directory import SETTING, employ
from tests.flows.password_reset.resets import opened

pytestmark = pytest.mark.django_db


def test_an_admin_role_in_any_tenant_asks_for_the_stricter_variant() -> None:
    user = factories.user()
    factories.member(factories.tenant(), user)
    assert reset_checkpoint(user) == "password_reset"
    left = factories.member(factories.tenant(), user, roles=["admin"], active=False)
    assert reset_checkpoint(user) == "password_reset", "a role that has ended"
    left.active = True
    left.save()
    assert reset_checkpoint(user) == "password_reset.admin"


def test_the_site_s_staff_are_administrators() -> None:
    assert reset_checkpoint(factories.staff()) == "password_reset.admin"


@pytest.mark.parametrize("profile", ["saas-2026", "nist-800-63b-4"])
def test_a_phone_beside_the_link_is_enough_in_every_profile(settings: Any, profile: str) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "ASSURANCE_PROFILE": profile}
    user = factories.user()
    factories.phone_factor(user)
    facts, _token = opened(user)
    assert state_of_reset(facts, user).need is ResetNeed.PROOF


def test_a_factor_that_has_to_wait_is_not_skipped() -> None:
    user = factories.user()
    factor = factories.phone_factor(user)
    facts, _token = opened(user)
    type(factor).objects.filter(pk=factor.pk).update(usable_from="2099-01-01T00:00:00Z")
    assert state_of_reset(facts, user).need is ResetNeed.ADMINISTRATOR


def test_an_admin_role_that_only_the_hosts_directory_knows_counts(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, **SETTING}
    member = factories.member(factories.tenant())
    assert reset_checkpoint(member.user) == "password_reset"
    employ(member.user, member.tenant, "admin")
    assert reset_checkpoint(member.user) == "password_reset.admin"
