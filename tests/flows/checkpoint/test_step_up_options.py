"""Where a person stands is evaluated each time: the policy may have moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.assurance import Channel
from otpguard.core.send_options import send_options
from otpguard.exceptions import StartRefused
from otpguard.flows.checkpoint.step_up_options import is_own, is_strict, step_up_options
from otpguard.models import Factor, Membership, Tenant
from otpguard.tenants.single import SINGLE_ID
from tests import factories
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Stopped:
    return stopped()


def test_an_enrolled_phone_can_be_proven(who: Stopped) -> None:
    options = step_up_options(who.facts, who.ask)
    assert not options.proven
    assert options.factors == (str(who.factor.pk),)


def test_the_policy_is_that_of_now_with_the_calls_own_sending_in_it(who: Stopped) -> None:
    usual = step_up_options(who.facts, who.ask).policy
    own = send_options(preferred_methods=["whatsapp"], fallback_timeout=20)
    asked = step_up_options(who.facts, replace(who.ask, send_options=own)).policy
    assert asked == replace(
        usual,
        preferred_methods=(Channel.WHATSAPP,),
        preferred_methods_by_country=(),
        fallback_timeout=timedelta(seconds=20),
    )


def test_a_live_proof_is_seen(who: Stopped) -> None:
    factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid)
    assert step_up_options(who.facts, who.ask).proven


def test_without_a_factor_enrollment_is_what_remains(who: Stopped) -> None:
    Factor.objects.all().delete()
    assert step_up_options(who.facts, who.ask).enrollment is not None


def test_a_membership_that_ended_meanwhile_refuses(who: Stopped) -> None:
    Membership.objects.update(active=False)
    with pytest.raises(StartRefused, match="membership_inactive"):
        step_up_options(who.facts, who.ask)


def test_a_tenant_that_became_enterprise_meanwhile_asks_more(who: Stopped) -> None:
    Tenant.objects.update(annual_contract_value=100_000)
    options = step_up_options(who.facts, who.ask)
    assert options.factors == ()
    assert options.enrollment is not None


def test_an_ask_belongs_to_one_session_user_and_tenant(who: Stopped) -> None:
    assert is_own(who.facts, who.ask)
    other = stopped()
    assert not is_own(other.facts, who.ask)
    bearer = factories.facts(who.member.user, who.member.tenant, sid="")
    assert not is_own(bearer, who.ask)


@pytest.mark.parametrize(
    ("age", "used", "strict"),
    [(3, False, True), (31, False, True), (3, True, True), (31, True, False)],
    ids=["young", "old and not in use", "young and in use", "old and in use"],
)
def test_a_tenant_is_strict_until_it_is_old_and_in_use(age: int, used: bool, strict: bool) -> None:
    now = timezone.now()
    tenant = factories.tenant(
        created_at=now - timedelta(days=age), usage_signal_at=now if used else None
    )
    assert is_strict(tenant, now=now) is strict


def test_without_a_tenant_nothing_is_strict() -> None:
    assert not is_strict(None, now=timezone.now())


def test_a_tenant_that_pays_and_the_one_of_a_single_site_are_not_strict(settings: Any) -> None:
    now = timezone.now()
    young = {"created_at": now, "usage_signal_at": None}
    assert not is_strict(factories.tenant(annual_contract_value=1, **young), now=now)
    only = factories.tenant(pk=SINGLE_ID, **young)
    assert is_strict(only, now=now)
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANCY": "single"}
    assert not is_strict(only, now=now)
