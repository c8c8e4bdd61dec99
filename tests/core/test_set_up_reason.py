"""Why somebody is asked to set up a way to confirm follows from what they have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from otpguard.core import shipped_kinds
from otpguard.core.assurance import SAAS_2026, AssuranceLevel, Primary
from otpguard.core.decision import EnrolledFactor
from otpguard.core.factor_kind import FactorKind
from otpguard.core.policy_choices import UserVerification
from otpguard.core.presets import BASE
from otpguard.core.set_up_reason import SetUpReason, SetUpReasons, reasons_to_set_up
from tests.core.strategies import NOW

AAL2, AAL3 = AssuranceLevel.AAL2, AssuranceLevel.AAL3
PHONE, TOTP, PASSKEY = shipped_kinds.PHONE, shipped_kinds.TOTP, shipped_kinds.PASSKEY


def factor(kind: FactorKind, **more: Any) -> EnrolledFactor:
    return EnrolledFactor(id=kind.slug, kind=kind, **more)


def why(*factors: EnrolledFactor, lost: Any = (), **changed: Any) -> SetUpReasons:
    asked: dict[str, Any] = {
        "policy": BASE,
        "level": AAL2,
        "profile": SAAS_2026,
        "primary": Primary.PASSWORD,
        "by_risk": False,
        "now": NOW,
    }
    return reasons_to_set_up(lost=lost, factors=factors, **asked | changed)


def test_who_has_nothing_and_lost_nothing_is_told_nothing_more() -> None:
    assert why() == SetUpReasons()


def test_what_is_enough_is_no_reason() -> None:
    assert why(factor(PHONE)).reasons == ()


def test_what_waits_is_said_with_the_moment_of_the_first() -> None:
    soon, later = NOW + timedelta(hours=2), NOW + timedelta(hours=5)
    found = why(factor(PHONE, usable_from=later), factor(TOTP, usable_from=soon))
    assert found == SetUpReasons(reasons=(SetUpReason.WAITING,), usable_from=soon)
    assert why(factor(PHONE, usable_from=NOW)) == SetUpReasons()


def test_a_kind_that_is_not_accepted_is_another_reason_than_a_weak_one() -> None:
    only_keys = replace(BASE, allowed_factors=frozenset({"passkey"}))
    assert why(factor(TOTP), policy=only_keys).reasons == (SetUpReason.KIND_REFUSED,)
    assert why(factor(PHONE), level=AAL3).reasons == (SetUpReason.TOO_WEAK,)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(PHONE, SetUpReason.PHONE_AT_RISK), (TOTP, SetUpReason.KIND_REFUSED)],
    ids=["phone", "totp"],
)
def test_only_a_phone_is_taken_out_for_the_risk_of_a_login(
    kind: FactorKind, reason: SetUpReason
) -> None:
    without = replace(BASE, allowed_factors=frozenset({"passkey"}))
    assert why(factor(kind), policy=without, by_risk=True).reasons == (reason,)


def test_a_passkey_that_does_not_check_its_holder_is_too_weak() -> None:
    asks = replace(BASE, user_verification=UserVerification.REQUIRED)
    assert why(factor(PASSKEY, user_verified=False), policy=asks).reasons == (SetUpReason.TOO_WEAK,)


def test_of_a_maker_that_nobody_vouches_for_the_page_speaks_itself() -> None:
    asks = replace(BASE, attested_only=True)
    assert why(factor(PASSKEY), policy=asks).reasons == ()


def test_saved_codes_are_no_way_that_could_be_too_weak() -> None:
    assert why(factor(shipped_kinds.RECOVERY), level=AAL3).reasons == ()


def test_reasons_stand_once_and_in_order() -> None:
    lost = [SetUpReason.SWITCHED_OFF, SetUpReason.RESET, SetUpReason.RESET]
    found = why(factor(PHONE), factor(TOTP), lost=lost, level=AAL3)
    assert found.reasons == (SetUpReason.RESET, SetUpReason.SWITCHED_OFF, SetUpReason.TOO_WEAK)
