"""A missing proof becomes what the person can do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from otpguard.core import shipped_kinds
from otpguard.core.assurance import (
    NIST_800_63B_4,
    SAAS_2026,
    AssuranceLevel,
    Channel,
    Method,
    Primary,
    worth_beside_login,
)
from otpguard.core.choose import choose, must_be_attested, potential
from otpguard.core.decision import (
    Decision,
    Deny,
    EnrolledFactor,
    Need,
    Reason,
    RequireChallenge,
    RequireEnrollment,
)
from otpguard.core.factor_kind import FactorKind
from otpguard.core.policy_choices import UserVerification
from otpguard.core.presets import BASE
from tests.core.strategies import NOW

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3


ASKS_AAL3 = replace(BASE, required_level=AAL3)
ALWAYS = replace(BASE, user_verification=UserVerification.REQUIRED)
MADE_BY_THE_TRUSTED = replace(BASE, attested_only=True)


def factor(kind: FactorKind, **more: Any) -> EnrolledFactor:
    return EnrolledFactor(id=str(kind), kind=kind, **more)


def pick(*factors: EnrolledFactor, level: AssuranceLevel = AAL2, **changed: Any) -> Decision:
    asked: dict[str, Any] = {
        "policy": replace(BASE, required_level=level),
        "profile": SAAS_2026,
        "primary": Primary.PASSWORD,
        "factors": factors,
        "kinds": shipped_kinds.SHIPPED,
        "now": NOW,
    }
    return choose(Need(level=level, reason=Reason.NO_PROOF), **asked | changed)


@pytest.mark.parametrize(
    ("enrolled", "changed", "reach"),
    [
        (factor(shipped_kinds.PHONE), {}, AAL2),
        (factor(shipped_kinds.PHONE), {"primary": Primary.NONE}, AAL1),
        (
            factor(shipped_kinds.PHONE),
            {
                "profile": NIST_800_63B_4,
                "policy": replace(BASE, allowed_channels=frozenset({Channel.EMAIL})),
            },
            None,
        ),
        (factor(shipped_kinds.PHONE), {"policy": replace(BASE, allowed_factors=frozenset())}, None),
        (factor(shipped_kinds.TOTP), {}, AAL2),
        (factor(shipped_kinds.TOTP, hardware=True), {}, AAL3),
        (factor(shipped_kinds.PASSKEY), {"profile": NIST_800_63B_4}, AAL2),
        (
            factor(shipped_kinds.PASSKEY, backup_eligible=False, attested=True),
            {"profile": NIST_800_63B_4},
            AAL3,
        ),
        (factor(shipped_kinds.RECOVERY), {}, AAL2),
    ],
)
def test_a_factor_could_reach_the_best_of_its_allowed_methods(
    enrolled: EnrolledFactor, changed: dict[str, Any], reach: AssuranceLevel | None
) -> None:
    asked: dict[str, Any] = {"policy": BASE, "profile": SAAS_2026, "primary": Primary.PASSWORD}
    assert potential(enrolled, **asked | changed) is reach


def test_the_strongest_enrolled_factor_is_offered_first() -> None:
    kinds = (shipped_kinds.RECOVERY, shipped_kinds.PHONE, shipped_kinds.TOTP, shipped_kinds.PASSKEY)
    assert pick(*map(factor, kinds)) == RequireChallenge(
        level=AAL2,
        reason=Reason.NO_PROOF,
        ttl=BASE.ttl,
        factors=("passkey", "totp", "phone", "recovery"),
    )


def test_only_factors_that_reach_the_level_are_offered() -> None:
    answer = pick(factor(shipped_kinds.PHONE), factor(shipped_kinds.PASSKEY), level=AAL3)
    assert isinstance(answer, RequireChallenge)
    assert answer.factors == ("passkey",)


def test_a_factor_in_its_waiting_time_is_not_offered_until_it_ends() -> None:
    waiting = factor(shipped_kinds.PASSKEY, usable_from=NOW + timedelta(seconds=1))
    ready = factor(shipped_kinds.PASSKEY, usable_from=NOW)
    assert isinstance(pick(waiting), RequireEnrollment)
    assert isinstance(pick(ready), RequireChallenge)


def test_nobody_is_trusted_for_having_nothing_enrolled() -> None:
    answer = pick()
    assert isinstance(answer, RequireEnrollment)
    assert answer.reason is Reason.NO_FACTOR


def test_only_kinds_that_would_reach_the_level_are_asked_to_be_enrolled() -> None:
    answer = pick(factor(shipped_kinds.PHONE), level=AAL3, profile=NIST_800_63B_4)
    assert isinstance(answer, RequireEnrollment)
    assert answer.kinds == {shipped_kinds.PASSKEY}


@pytest.mark.parametrize("kinds", [frozenset(), frozenset({"phone"})])
def test_a_level_that_no_allowed_kind_reaches_is_a_denial(kinds: frozenset[str]) -> None:
    policy = replace(ASKS_AAL3, allowed_factors=kinds)
    answer = pick(factor(shipped_kinds.PASSKEY), level=AAL3, policy=policy)
    assert answer == Deny(reason=Reason.FACTOR_NOT_ALLOWED)


def test_such_a_passkey_is_not_even_offered() -> None:
    weak = EnrolledFactor(id="weak", kind=shipped_kinds.PASSKEY, user_verified=False)
    for policy in (ALWAYS, MADE_BY_THE_TRUSTED):
        assert isinstance(pick(weak, policy=policy), RequireEnrollment)
    vouched = EnrolledFactor(
        id="ok", kind=shipped_kinds.PASSKEY, backup_eligible=False, attested=True
    )
    assert pick(vouched, policy=MADE_BY_THE_TRUSTED).factors == ("ok",)


@pytest.mark.parametrize(
    ("changed", "must"),
    [
        ({}, False),
        ({"policy": MADE_BY_THE_TRUSTED}, True),
        ({"policy": ASKS_AAL3}, False),
        ({"policy": ASKS_AAL3, "profile": NIST_800_63B_4}, True),
        ({"profile": NIST_800_63B_4}, False),
        ({"policy": replace(MADE_BY_THE_TRUSTED, allowed_factors=frozenset({"totp"}))}, False),
        ({"kind": shipped_kinds.TOTP, "policy": MADE_BY_THE_TRUSTED}, False),
    ],
)
def test_a_new_passkey_needs_a_trusted_maker_where_it_is_of_no_use_without(
    changed: dict[str, Any], must: bool
) -> None:
    known = {"kind": shipped_kinds.PASSKEY, "policy": BASE, "profile": SAAS_2026, **changed}
    kind = known.pop("kind")
    assert must_be_attested(kind, primary=Primary.PASSWORD, **known) is must


def test_saved_codes_are_never_the_only_thing_to_enroll() -> None:
    found = pick()
    assert isinstance(found, RequireEnrollment)
    assert shipped_kinds.RECOVERY not in found.kinds


CARD = FactorKind(
    slug="card",
    label="Card",
    how="how",
    why="why",
    rank=5,
    methods=(Method.only("card", label="Card", shown="Your card"),),
)
WITH_CARD: dict[str, Any] = {
    "kinds": {**shipped_kinds.SHIPPED, "card": CARD},
    "profile": SAAS_2026.extended({"card": worth_beside_login(AAL2, phishing_resistant=False)}),
}


def test_a_kind_from_outside_is_offered_where_a_policy_lists_it_and_nowhere_else() -> None:
    listed = {"policy": replace(BASE, allowed_factors=BASE.allowed_factors | {"card"})}
    card, phone = factor(CARD), factor(shipped_kinds.PHONE)
    assert pick(card, phone, **WITH_CARD, **listed).factors == ("card", "phone")
    assert pick(card, phone, **WITH_CARD).factors == ("phone",)
    assert CARD in pick(**WITH_CARD, **listed).kinds
    assert CARD not in pick(**WITH_CARD).kinds


def test_what_a_policy_lists_and_nobody_installs_is_not_offered() -> None:
    gone = {"policy": replace(BASE, allowed_factors=frozenset({"pigeon"}))}
    assert pick(**gone) == Deny(reason=Reason.FACTOR_NOT_ALLOWED)
