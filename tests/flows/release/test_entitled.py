"""Who asked keeps a file while account, membership, roles and tenant are as they were."""

from __future__ import annotations

import pytest

from otpguard.flows.release.entitled import is_entitled
from otpguard.models import Membership, Tenant
from tests.releasing import asked_by

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]


def test_a_member_with_more_roles_than_before_keeps_it() -> None:
    _, release = asked_by()
    assert is_entitled(release)
    Membership.objects.update(roles=["admin", "billing_admin"])
    assert is_entitled(release)


def test_each_loss_ends_it() -> None:
    _, release = asked_by()
    Membership.objects.update(roles=["member"])
    assert not is_entitled(release)
    Membership.objects.update(roles=["admin"], active=False)
    assert not is_entitled(release)
    Membership.objects.update(active=True)
    assert is_entitled(release)
    Tenant.objects.update(status=Tenant.Status.SUSPENDED)
    assert not is_entitled(release)
