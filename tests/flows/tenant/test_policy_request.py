"""A policy becomes weaker only with the approvals that it asks for; stricter at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.tenant.policy import Changed, change_policy
from otpguard.flows.tenant.policy_request import change_or_ask
from otpguard.models import Approval, PolicyWish, Tenant
from tests import factories
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db
WEAKER = {"ttl": timedelta(minutes=30)}
STRICTER = {"ttl": timedelta(minutes=5)}


@pytest.fixture(autouse=True)
def by_two(settings: Any) -> None:
    defaults = {"security_settings": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}


def ask(tenant: Tenant, wishes: dict[str, Any], checkpoint: str = "api_key") -> Changed | Approval:
    by = admin_of(tenant)
    return change_or_ask(facts=by, tenant=tenant, checkpoint=checkpoint, wishes=wishes)


def test_what_is_stricter_is_done_at_once() -> None:
    assert isinstance(ask(factories.tenant(), STRICTER), Changed)


def test_what_is_weaker_waits_for_another_administrator() -> None:
    tenant = factories.tenant()
    asked = ask(tenant, WEAKER)
    assert isinstance(asked, Approval)
    assert not PolicyWish.objects.exists()
    done = approve.approve_action(facts=admin_of(tenant), approval_id=asked.pk)
    assert (done.version, done.weakened) == (1, ("ttl",))
    assert PolicyWish.objects.get().wishes == {"ttl": 1800}


def test_who_asked_does_not_approve() -> None:
    tenant = factories.tenant()
    asked = ask(tenant, WEAKER)
    assert isinstance(asked, Approval)
    with pytest.raises(NotAllowed):
        approve.approve_action(facts=factories.facts(asked.asked_by, tenant), approval_id=asked.pk)
    assert not PolicyWish.objects.exists()


def test_a_change_of_every_checkpoint_at_once_always_waits() -> None:
    assert isinstance(ask(factories.tenant(), STRICTER, "*"), Approval)


def test_a_tenant_cannot_vote_itself_a_field_of_the_site() -> None:
    tenant = factories.tenant()
    with pytest.raises(NotAllowed):
        ask(tenant, {"enforcement": 0})
    assert not Approval.objects.exists()


def test_no_door_gets_round_it() -> None:
    tenant = factories.tenant()
    by = admin_of(tenant)
    with pytest.raises(NotAllowed, match="Another administrator"):
        change_policy(facts=by, tenant=tenant, checkpoint="api_key", wishes=WEAKER)
    assert not PolicyWish.objects.exists()
