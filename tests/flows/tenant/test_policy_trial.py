"""A trial says whom wishes would lock out and what they had stopped yesterday; it changes
nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.events.checkpoint import CheckpointPassed
from otpguard.core.shipped_kinds import PASSKEY
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.flows.tenant.policy_trial import PolicyTrial, try_policy
from otpguard.models import PolicyWish, Tenant
from otpguard.models.factor import FACTORS
from tests import factories
from tests.flows.factor.setting import admin_of
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
AAL3 = {"required_level": AssuranceLevel.AAL3}


def tried(tenant: Tenant, **wishes: Any) -> PolicyTrial:
    return try_policy(facts=admin_of(tenant), tenant=tenant, checkpoint="api_key", wishes=wishes)


def test_members_without_a_factor_of_the_level_are_counted_by_role() -> None:
    tenant = factories.tenant()
    ada = factories.member(tenant, roles=["billing"]).user
    factories.phone_factor(ada)
    bob = factories.member(tenant).user
    FACTORS.create(
        user=bob,
        kind=PASSKEY.slug,
        confirmed=True,
        credential_id="bob's",
        user_verified=True,
        backup_eligible=False,
        attested=True,
    )
    found = tried(tenant, **AAL3).locked_out
    assert (found.members, found.newly, found.already) == (3, 1, 1), "the admin has nothing yet"
    assert (found.by_role, found.users) == ({"billing": 1}, (str(ada.pk),))
    assert found.can_enroll


def test_members_of_other_tenants_are_not_counted() -> None:
    tenant = factories.tenant()
    factories.phone_factor(factories.member(factories.tenant()).user)
    assert tried(tenant, **AAL3).locked_out.members == 1


def test_nobody_is_locked_out_where_nothing_is_asked_for() -> None:
    tenant = factories.tenant()
    factories.member(tenant)
    assert tried(tenant, ttl=timedelta(minutes=5)).locked_out.newly == 0


def passed(tenant: Tenant, *, age: timedelta, at: Any = None, checkpoint: str = "api_key") -> None:
    now = at or timezone.now()
    user = factories.member(tenant).user
    grant = factories.grant(user, tenant, verified_at=now - age)
    said = CheckpointPassed(grant=str(grant.pk), method="phone.sms", level="AAL2")
    facts = factories.facts(user, tenant, now=now)
    record(said, Circumstances.of(facts, tenant=str(tenant.pk), checkpoint=checkpoint))


def test_passes_of_the_last_day_are_judged_by_their_own_age() -> None:
    tenant = factories.tenant()
    passed(tenant, age=timedelta(minutes=2))
    passed(tenant, age=timedelta(minutes=12))
    found = tried(tenant, ttl=timedelta(minutes=5)).yesterday
    assert (found.passes, found.stopped, dict(found.by_reason)) == (2, 1, {"proof_stale": 1})


def test_passes_elsewhere_and_of_the_day_before_are_left_out() -> None:
    tenant = factories.tenant()
    passed(factories.tenant(), age=timedelta(0))
    passed(tenant, age=timedelta(0), checkpoint="billing_change")
    passed(tenant, age=timedelta(0), at=timezone.now() - timedelta(hours=25))
    assert tried(tenant, **AAL3).yesterday.passes == 0


def test_it_says_what_is_weaker_and_how_many_would_have_to_approve(settings: Any) -> None:
    defaults = {"security_settings": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    tenant = factories.tenant()
    weaker = tried(tenant, ttl=timedelta(minutes=30))
    assert (weaker.weakened, weaker.approvals) == (("ttl",), 1)
    stricter = tried(tenant, ttl=timedelta(minutes=5))
    assert (stricter.weakened, stricter.approvals) == ((), 0)


def test_nothing_is_written() -> None:
    tenant = factories.tenant()
    version = tenant.policy_version
    tried(tenant, **AAL3)
    tenant.refresh_from_db()
    assert not PolicyWish.objects.exists()
    assert tenant.policy_version == version


def test_another_tenants_policy_is_not_tried() -> None:
    mine, other = factories.tenant(), factories.tenant()
    with pytest.raises(NotAllowed):
        try_policy(facts=admin_of(mine), tenant=other, checkpoint="api_key", wishes=AAL3)


def test_what_nobody_could_meet_is_refused_as_when_it_is_wished_for() -> None:
    with pytest.raises(InvalidInput):
        tried(factories.tenant(), attested_only=True)


def test_without_a_store_nothing_is_told() -> None:
    tenant = factories.tenant()
    facts = admin_of(tenant)
    with no_answer(), pytest.raises(StoreUnavailable):
        try_policy(facts=facts, tenant=tenant, checkpoint="api_key", wishes=AAL3)
