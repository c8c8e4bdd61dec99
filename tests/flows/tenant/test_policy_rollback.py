"""An earlier version comes back as a new one, and asks what every change asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.tenant.policy import Changed, PolicyMoved, change_policy
from otpguard.flows.tenant.policy_rollback import roll_back_policy, wishes_of_version
from otpguard.models import Approval, PolicyWish, Tenant
from tests import factories
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    made = factories.tenant()
    for minutes in (20, 5):
        change_policy(
            facts=admin_of(made),
            tenant=made,
            checkpoint="api_key",
            wishes={"ttl": timedelta(minutes=minutes)},
        )
    return made


def back(tenant: Tenant, version: int, expected: int = 2) -> Changed | Approval:
    by = admin_of(tenant)
    return roll_back_policy(
        facts=by, tenant=tenant, checkpoint="api_key", version=version, expected=expected
    )


def test_it_is_a_new_version(tenant: Tenant) -> None:
    done = back(tenant, 1)
    assert isinstance(done, Changed)
    assert (done.version, done.weakened) == (3, ("ttl",))
    assert PolicyWish.objects.get(tenant=tenant, current=True).wishes == {"ttl": 1200}


def test_version_0_takes_all_wishes_back(tenant: Tenant) -> None:
    back(tenant, 0)
    assert PolicyWish.objects.get(tenant=tenant, current=True).wishes == {}


def test_what_is_weaker_waits_for_another(tenant: Tenant, settings: Any) -> None:
    defaults = {"security_settings": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    assert isinstance(back(tenant, 1), Approval)
    assert PolicyWish.objects.get(tenant=tenant, current=True).version == 2


def test_what_is_approved_undoes_no_later_change(tenant: Tenant, settings: Any) -> None:
    defaults = {"security_settings": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    asked = back(tenant, 1)
    assert isinstance(asked, Approval)
    by = admin_of(tenant)
    later = {"ttl": timedelta(minutes=4)}
    change_policy(facts=by, tenant=tenant, checkpoint="api_key", wishes=later)
    with pytest.raises(PolicyMoved):
        approve.approve_action(facts=by, approval_id=asked.pk)
    assert PolicyWish.objects.get(tenant=tenant, current=True).wishes == {"ttl": 240}


def test_wishes_that_have_moved_are_not_rolled_back(tenant: Tenant) -> None:
    with pytest.raises(PolicyMoved):
        back(tenant, 1, expected=1)


def test_a_version_that_there_is_not_is_told(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput):
        back(tenant, 9)
    with pytest.raises(InvalidInput):
        wishes_of_version(factories.tenant(), "api_key", 1)


def test_wishes_that_the_site_does_not_take_any_more_stay_where_they_are(tenant: Tenant) -> None:
    PolicyWish.objects.filter(version=1).update(wishes={"gone": 1})
    with pytest.raises(InvalidInput):
        back(tenant, 1)


def test_an_admin_of_another_tenant_brings_nothing_back(tenant: Tenant) -> None:
    stranger = admin_of(factories.tenant())
    with pytest.raises(NotAllowed):
        roll_back_policy(facts=stranger, tenant=tenant, checkpoint="api_key", version=1, expected=2)
