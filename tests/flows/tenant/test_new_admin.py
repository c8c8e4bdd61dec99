"""Who gains an admin role waits, and the others hear of it, unless an approval is missing."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.flows.tenant.new_admin import NewAdmin, receive_admin, tell_of_import
from otpguard.flows.tenant.policy import ApprovalMissing
from otpguard.models import Hold, Notice
from tests import factories
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db


def test_the_wait_begins_and_both_are_told() -> None:
    member = factories.member(factories.tenant(), roles=["admin"])
    receive_admin(admin_of(member.tenant), member, ["admin"], approval=None)
    assert Hold.objects.get().user == member.user
    assert Notice.objects.filter(kind="role_granted").count() == 2


def test_a_missing_approval_starts_no_wait_and_tells_no_one(settings: Any) -> None:
    defaults = {"role_grant": {"approvals": 2}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    member = factories.member(factories.tenant(), roles=["admin"])
    with pytest.raises(ApprovalMissing) as missing:
        receive_admin(admin_of(member.tenant), member, ["admin"], approval=None)
    assert missing.value.needed == 2
    assert not Hold.objects.exists()
    assert not Notice.objects.exists()


def test_of_an_import_only_the_new_admin_is_told_at_first_and_then_the_others_once() -> None:
    member = factories.member(factories.tenant(), roles=["admin"])
    boss = factories.member(member.tenant, roles=["admin"]).user
    untold: list[NewAdmin] = []
    by = admin_of(member.tenant)
    receive_admin(by, member, ["admin"], approval=None, untold=untold)
    assert Notice.objects.get().user == member.user
    tell_of_import(by, tenant_id=str(member.tenant_id), found=untold)
    told = Notice.objects.filter(kind="roles_imported").values_list("user_id", flat=True)
    assert boss.pk in told
