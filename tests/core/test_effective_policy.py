"""The arithmetic of policies: wishes, floors, and the caps nothing moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core import shipped_kinds
from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.effective_policy import (
    capped,
    clamp_policy,
    effective,
    is_at_least,
    strictest,
    weakened_fields,
)
from otpguard.core.policy import Policy
from otpguard.core.policy_caps import minutes
from otpguard.core.policy_choices import Enforcement
from otpguard.core.presets import BASE
from tests.core.strategies import any_wishes, policies

AAL2, AAL3 = AssuranceLevel.AAL2, AssuranceLevel.AAL3
LOOSE = replace(BASE, required_level=AssuranceLevel.AAL1, ttl=minutes(30), code_ttl=minutes(10))
all_wishes = st.lists(any_wishes, max_size=3)


# --- clamp ------------------------------------------------------------


@given(policy=policies, floor=policies)
def test_clamping_twice_is_clamping_once(policy: Policy, floor: Policy) -> None:
    once = clamp_policy(policy, floor)
    assert clamp_policy(once, floor) == once


@given(policy=policies, floor=policies)
def test_a_clamped_policy_is_weaker_than_neither_the_floor_nor_itself_before(
    policy: Policy, floor: Policy
) -> None:
    clamped = clamp_policy(policy, floor)
    assert is_at_least(clamped, floor)
    assert weakened_fields(policy, clamped) == ()


@given(policy=policies, floor=policies)
def test_a_policy_at_its_floor_already_is_left_alone(policy: Policy, floor: Policy) -> None:
    assert (clamp_policy(policy, floor) == policy) == is_at_least(policy, floor)


@given(some=st.lists(policies, min_size=1, max_size=4))
def test_the_strictest_of_several_is_at_least_each_of_them(some: list[Policy]) -> None:
    combined = strictest(some)
    assert all(is_at_least(combined, policy) for policy in some)


def test_there_is_no_strictest_of_none() -> None:
    with pytest.raises(ValueError, match="no policies"):
        strictest([])


# --- the effective policy ------------------------------------------------------------


@given(default=policies, floor=policies, wished=all_wishes)
def test_the_effective_policy_is_never_weaker_than_the_floor(
    default: Policy, floor: Policy, wished: list[dict[str, Any]]
) -> None:
    assert is_at_least(effective(default=default, floor=floor, wishes=wished), floor)


@given(default=policies, floor=policies, wished=all_wishes)
def test_no_wish_moves_the_caps_of_nist(
    default: Policy, floor: Policy, wished: list[dict[str, Any]]
) -> None:
    result = effective(default=default, floor=floor, wishes=wished)
    assert result.ttl <= minutes(15 if result.required_level is AAL3 else 30)
    assert result.code_ttl <= minutes(10)
    assert result.max_attempts <= 5


@given(default=policies, floor=policies, wished=all_wishes)
def test_an_effective_policy_is_its_own_effective_policy(
    default: Policy, floor: Policy, wished: list[dict[str, Any]]
) -> None:
    once = effective(default=default, floor=floor, wishes=wished)
    assert effective(default=once, floor=floor) == once


@given(policy=policies)
def test_a_capped_policy_is_nowhere_weaker_and_capping_twice_is_capping_once(
    policy: Policy,
) -> None:
    once = capped(policy)
    assert weakened_fields(policy, once) == ()
    assert capped(once) == once


def test_the_cap_is_that_of_the_level_asked() -> None:
    loose = replace(BASE, ttl=minutes(60), code_ttl=minutes(60), max_attempts=99)
    at_aal2, at_aal3 = capped(loose), capped(replace(loose, required_level=AAL3))
    assert (at_aal2.ttl, at_aal3.ttl) == (minutes(30), minutes(15))
    assert (at_aal2.code_ttl, at_aal2.max_attempts) == (minutes(10), 5)


def test_the_most_specific_wish_decides_a_field() -> None:
    wished: list[dict[str, Any]] = [{"ttl": minutes(10)}, {"ttl": minutes(5), "max_attempts": 3}]
    result = effective(default=BASE, floor=LOOSE, wishes=wished)
    assert (result.ttl, result.max_attempts) == (minutes(10), 3)


def test_a_wish_may_loosen_the_default_down_to_the_floor_only() -> None:
    floor = replace(LOOSE, ttl=minutes(25))
    result = effective(default=BASE, floor=floor, wishes=[{"ttl": minutes(30)}])
    assert result.ttl == minutes(25)


# --- what got weaker ------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "weaker"),
    [
        ("active", False),
        ("required_level", AssuranceLevel.AAL1),
        ("ttl", minutes(21)),
        ("allowed_channels", frozenset(Channel)),
        ("allowed_factors", frozenset(shipped_kinds.SHIPPED)),
        ("code_ttl", minutes(6)),
        ("max_attempts", 6),
        ("hold", timedelta(minutes=59)),
        ("enforcement", Enforcement.REPORT_ONLY),
        ("binds_intent", False),
    ],
)
def test_a_loosened_field_is_named_and_a_tightened_one_is_not(
    field: str,
    weaker: Any,
) -> None:
    before = replace(
        BASE,
        binds_intent=True,
        hold=minutes(60),
        allowed_channels=frozenset({Channel.SMS}),
        allowed_factors=frozenset({"passkey"}),
    )
    after = replace(before, **{field: weaker})
    assert weakened_fields(before, after) == (field,)
    assert weakened_fields(after, before) == ()


def test_another_order_of_channels_weakens_nothing() -> None:
    after = replace(BASE, preferred_methods=(Channel.EMAIL,), fallback_timeout=minutes(2))
    assert weakened_fields(BASE, after) == weakened_fields(after, BASE) == ()
