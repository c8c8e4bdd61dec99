"""What one tenant's wish may ask where a person acts for all their tenants at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from otpguard.core import shipped_kinds
from otpguard.core.assurance import SAAS_2026, AssuranceLevel, Primary
from otpguard.core.decision import EnrolledFactor
from otpguard.core.factor_kind import FactorKind
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import UserVerification
from otpguard.core.presets import BASE
from otpguard.core.user_wide import within_ceiling, within_reach

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
ASKS_AAL3 = replace(BASE, required_level=AAL3)
PASSKEY, TOTP = shipped_kinds.SHIPPED["passkey"], shipped_kinds.SHIPPED["totp"]
RECOVERY = shipped_kinds.SHIPPED["recovery"]


def factor(kind: FactorKind) -> EnrolledFactor:
    return EnrolledFactor(id=kind.slug, kind=kind)


def eased(policy: Policy, *kinds: FactorKind, base: Policy = BASE) -> Policy:
    return within_reach(
        policy,
        base=base,
        factors=[factor(kind) for kind in kinds],
        profile=SAAS_2026,
        primary=Primary.PASSWORD,
        kinds=shipped_kinds.SHIPPED,
    )


@pytest.mark.parametrize(
    ("asked", "ceiling", "base", "granted"),
    [
        (AAL3, AAL2, AAL2, AAL2),
        (AAL3, AAL3, AAL2, AAL3),
        (AAL2, AAL2, AAL1, AAL2),
        (AAL1, AAL2, AAL2, AAL1),
        (AAL3, AAL2, AAL3, AAL3),
    ],
)
def test_a_wish_asks_the_ceiling_at_most_or_what_the_site_asks_itself(
    asked: AssuranceLevel, ceiling: AssuranceLevel, base: AssuranceLevel, granted: AssuranceLevel
) -> None:
    site = replace(BASE, required_level=base)
    got = within_ceiling({"required_level": asked, "ttl": 1}, ceiling=ceiling, base=site)
    assert got == {"required_level": granted, "ttl": 1}


def test_other_wishes_have_no_ceiling() -> None:
    assert within_ceiling({"max_attempts": 2}, ceiling=AAL1, base=BASE) == {"max_attempts": 2}


def test_a_person_is_asked_no_more_than_they_have() -> None:
    assert eased(ASKS_AAL3, TOTP).required_level is AAL2
    assert eased(ASKS_AAL3, TOTP, RECOVERY).required_level is AAL2, "a saved code is no level"
    assert eased(ASKS_AAL3, TOTP, PASSKEY).required_level is AAL3


def test_what_the_site_asks_itself_is_not_eased() -> None:
    assert eased(ASKS_AAL3, TOTP, base=ASKS_AAL3).required_level is AAL3


@pytest.mark.parametrize(
    "wish",
    [
        {"allowed_factors": frozenset({"passkey"})},
        {"allowed_factors": frozenset({"passkey"}), "required_level": AAL3},
        {"user_verification": UserVerification.REQUIRED, "allowed_factors": frozenset()},
    ],
)
def test_a_wish_for_other_factors_than_a_person_has_does_not_shut_them_out(
    wish: dict[str, Any],
) -> None:
    got = eased(replace(BASE, **wish), TOTP)
    assert got == BASE


def test_a_wish_that_the_person_satisfies_stays() -> None:
    only_passkeys = replace(BASE, allowed_factors=frozenset({"passkey"}))
    assert eased(only_passkeys, TOTP, PASSKEY) == only_passkeys


def test_of_a_person_with_nothing_what_they_could_enroll_is_asked() -> None:
    attested = replace(ASKS_AAL3, allowed_channels=frozenset())
    assert eased(attested).required_level is AAL3
    assert eased(replace(ASKS_AAL3, allowed_factors=frozenset({"phone"}))).required_level is AAL2
