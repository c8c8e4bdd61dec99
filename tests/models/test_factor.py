"""Factors: how they fit into django-otp, and what two rows may not share."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_otp import devices_for_user, match_token, user_has_device, verify_token
from django_otp.models import Device

from otpguard.core import shipped_kinds
from otpguard.core.factor_kind import FactorKind
from otpguard.core.limits import Lane
from otpguard.models import (
    Factor,
    FactorLane,
    PasskeyFactor,
    PhoneFactor,
    RecoveryFactor,
    TotpFactor,
)
from tests import factories
from tests.models.rows import crowd, plan, postgres_only, raw

pytestmark = pytest.mark.django_db
NUMBER = "+12015550123"
PROXIES = [
    (PhoneFactor, shipped_kinds.PHONE),
    (TotpFactor, shipped_kinds.TOTP),
    (PasskeyFactor, shipped_kinds.PASSKEY),
    (RecoveryFactor, shipped_kinds.RECOVERY),
]


@pytest.fixture
def factor() -> Factor:
    return factories.phone_factor(factories.user(), NUMBER)


def test_django_otp_lists_a_factor_once_and_not_once_a_proxy(factor: Factor) -> None:
    assert list(devices_for_user(factor.user)) == [factor]
    assert user_has_device(factor.user)


def test_an_unconfirmed_factor_is_no_device_of_its_user() -> None:
    made = factories.phone_factor(factories.user(), confirmed=False)
    assert not user_has_device(made.user)
    assert user_has_device(made.user, confirmed=False)
    assert Factor(user=made.user, kind="totp").confirmed is False


@pytest.mark.parametrize("token", ["", "000000", "123456"])
def test_nobody_verifies_a_factor_round_the_flows(factor: Factor, token: str) -> None:
    assert factor.verify_token(token) is False
    assert verify_token(factor.user, factor.persistent_id, token) is None
    assert match_token(factor.user, token) is None


def test_nobody_has_a_code_sent_round_the_flows(factor: Factor) -> None:
    assert factor.generate_is_allowed()[0] is False
    allowed, why = factor.verify_is_allowed()
    assert allowed is False
    assert "otpguard" in str(why["error_message"])


@pytest.mark.parametrize(("proxy", "kind"), PROXIES)
def test_each_proxy_shows_its_own_kind_only(proxy: Any, kind: FactorKind) -> None:
    user = factories.user()
    made = {
        each: Factor.objects.create(user=user, kind=each.slug, phone_index=f"index-{each}")
        for each in shipped_kinds.SHIPPED.values()
    }
    assert list(proxy.objects.values_list("pk", flat=True)) == [made[kind].pk]
    assert Factor.objects.count() == len(made)


def test_the_number_is_encrypted_and_its_index_tells_nothing(factor: Factor) -> None:
    for column in ("secret", "phone_index", "name"):
        assert "5550123" not in raw(factor, column)
    assert "5550123" not in str(factor) + repr(factor)


def test_a_person_enrolls_a_number_once(factor: Factor) -> None:
    factories.phone_factor(factories.user(), NUMBER)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.phone_factor(factor.user, NUMBER)


def test_a_tenant_provisions_a_number_once_even_if_the_person_has_it(factor: Factor) -> None:
    one, other = factories.tenant(), factories.tenant()
    factories.phone_factor(factor.user, NUMBER, tenant=one)
    factories.phone_factor(factor.user, NUMBER, tenant=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.phone_factor(factor.user, NUMBER, tenant=one)


def test_a_phone_without_an_index_is_refused_while_other_kinds_need_none(factor: Factor) -> None:
    for _ in range(2):
        Factor.objects.create(user=factor.user, kind=shipped_kinds.TOTP.slug)
    with pytest.raises(IntegrityError), transaction.atomic():
        Factor.objects.create(user=factor.user, kind=shipped_kinds.PHONE.slug)


def test_a_factor_has_each_lane_once(factor: Factor) -> None:
    lanes = [FactorLane.objects.create(factor=factor, lane=lane.value) for lane in Lane]
    assert "lane of phone of" in str(lanes[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorLane.objects.create(factor=factor, lane=Lane.OPEN.value)


@postgres_only
def test_the_factors_of_a_user_are_found_by_the_partial_index(factor: Factor) -> None:
    gone = {"user": factor.user, "kind": "totp", "confirmed": True, "disabled_at": timezone.now()}
    crowd([Factor(**gone) for _ in range(500)])
    live = Factor.objects.filter(user=factor.user, confirmed=True, disabled_at=None).order_by()
    assert "otpguard_factor_live" in plan(live)


@postgres_only
def test_the_holders_of_a_number_are_found_by_its_index(factor: Factor) -> None:
    phones = {"user": factor.user, "kind": "phone"}
    crowd([Factor(**phones, phone_index=f"n{n}", phone_index_old=f"o{n}") for n in range(500)])
    by_number = Factor.objects.order_by()
    assert "Index Cond: ((phone_index)" in plan(by_number.filter(phone_index="x"))
    assert "otpguard_factor_number_old" in plan(by_number.filter(phone_index_old="x"))


def test_django_otp_finds_a_factor_by_the_id_it_is_given() -> None:
    factor = factories.phone_factor(factories.user())
    assert Device.from_persistent_id(factor.persistent_id) == factor
    assert Device.from_persistent_id("otpguard.factor/7") is None
