"""Whether a verified factor still stands: in this tenant, for this login session."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.factors.otp_mark import is_still_verified
from otpguard.models import FactorBlock, Membership
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant())


def asked(member: Membership, **changed: Any) -> dict[str, str]:
    known = {"user": str(member.user.pk), "tenant": str(member.tenant.pk), "sid": "here"}
    return {**known, **changed}


def test_a_factor_stands_where_it_counts_and_something_was_proven(
    member: Membership, django_assert_num_queries: Any
) -> None:
    factor = factories.phone_factor(member.user)
    assert not is_still_verified(factor, **asked(member))
    grant = factories.grant(member.user, member.tenant, sid="here")
    with django_assert_num_queries(1):
        assert is_still_verified(factor, **asked(member))
    assert not is_still_verified(factor, **asked(member, sid="there"))
    assert not is_still_verified(factor, **asked(member, tenant=str(factories.tenant().pk)))
    assert not is_still_verified(factor, **asked(member, tenant=""))
    assert not is_still_verified(factor, **asked(member, user=str(factories.user().pk)))
    factories.age(grant, revoked_at=timezone.now())
    assert not is_still_verified(factor, **asked(member))


def test_a_factor_of_a_tenant_stands_there_only(member: Membership) -> None:
    factor = factories.phone_factor(member.user, tenant=factories.tenant())
    factories.grant(member.user, member.tenant, sid="here")
    assert not is_still_verified(factor, **asked(member))


def test_a_blocked_factor_stands_elsewhere_only(member: Membership) -> None:
    factor = factories.phone_factor(member.user)
    there = factories.member(factories.tenant(), member.user).tenant
    for tenant in (member.tenant, there):
        factories.grant(member.user, tenant, sid="here")
    FactorBlock.objects.create(tenant=member.tenant, factor=factor, reason="lost")
    assert not is_still_verified(factor, **asked(member))
    assert is_still_verified(factor, **asked(member, tenant=str(there.pk)))


def test_the_sites_own_people_are_verified_outside_any_tenant() -> None:
    staff = factories.staff()
    factor = factories.phone_factor(staff)
    factories.grant(staff, None, sid="here")
    assert is_still_verified(factor, user=str(staff.pk), tenant="", sid="here")


def test_a_factor_that_is_gone_does_not_stand(member: Membership) -> None:
    factor = factories.phone_factor(member.user)
    factories.grant(member.user, member.tenant, sid="here")
    type(factor).objects.filter(pk=factor.pk).delete()
    assert not is_still_verified(factor, **asked(member))
