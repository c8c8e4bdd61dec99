"""The arithmetic of policies: wishes, floors, exceptions, and the caps nothing moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind
from otpguard.core.laws import FEWER, FREE, HIGHER, LOWER
from otpguard.core.policy import (
    FIELD_NAMES,
    Enforcement,
    FloorException,
    Policy,
    clamp,
    effective,
    is_at_least,
    is_site_only,
    law_of,
    minutes,
    strictest,
    weakened_fields,
)
from otpguard.core.presets import BASE
from tests.core.strategies import NOW, any_wishes, floor_exceptions, policies

AAL2, AAL3 = AssuranceLevel.AAL2, AssuranceLevel.AAL3
LOOSE = replace(BASE, required_level=AssuranceLevel.AAL1, ttl=minutes(30), code_ttl=minutes(10))
all_wishes = st.lists(any_wishes, max_size=3)


def excused(field: str, value: object, *, days: float = 1) -> FloorException:
    return FloorException(
        checkpoint="billing_change",
        field=field,
        value=value,
        owner="ops@example.com",
        reason="migration",
        expires_at=NOW + timedelta(days=days),
    )


# --- clamp ------------------------------------------------------------


@given(policy=policies, floor=policies)
def test_clamping_twice_is_clamping_once(policy: Policy, floor: Policy) -> None:
    once = clamp(policy, floor)
    assert clamp(once, floor) == once


@given(policy=policies, floor=policies)
def test_a_clamped_policy_is_weaker_than_neither_the_floor_nor_itself_before(
    policy: Policy, floor: Policy
) -> None:
    clamped = clamp(policy, floor)
    assert is_at_least(clamped, floor)
    assert weakened_fields(policy, clamped) == ()


@given(policy=policies, floor=policies)
def test_a_policy_at_its_floor_already_is_left_alone(policy: Policy, floor: Policy) -> None:
    assert (clamp(policy, floor) == policy) == is_at_least(policy, floor)


@given(some=st.lists(policies, min_size=1, max_size=4))
def test_the_strictest_of_several_is_at_least_each_of_them(some: list[Policy]) -> None:
    combined = strictest(some)
    assert all(is_at_least(combined, policy) for policy in some)


def test_there_is_no_strictest_of_none() -> None:
    with pytest.raises(ValueError, match="no policies"):
        strictest([])


# --- the effective policy ------------------------------------------------------------


@given(
    default=policies,
    floor=policies,
    wished=all_wishes,
    exceptions=st.lists(floor_exceptions(expired=False), max_size=3),
)
def test_the_effective_policy_is_never_weaker_than_the_moved_floor(
    default: Policy, floor: Policy, wished: list[dict[str, Any]], exceptions: list[FloorException]
) -> None:
    result = effective(default=default, floor=floor, wishes=wished, exceptions=exceptions, now=NOW)
    moved = replace(floor, **{e.field: e.value for e in exceptions})
    assert is_at_least(result, moved)


@given(
    default=policies,
    floor=policies,
    wished=all_wishes,
    exceptions=st.lists(floor_exceptions(), max_size=3),
)
def test_no_wish_and_no_exception_moves_the_caps_of_nist(
    default: Policy, floor: Policy, wished: list[dict[str, Any]], exceptions: list[FloorException]
) -> None:
    result = effective(default=default, floor=floor, wishes=wished, exceptions=exceptions, now=NOW)
    assert result.ttl <= minutes(15 if result.required_level is AAL3 else 30)
    assert result.code_ttl <= minutes(10)
    assert result.max_attempts <= 5


@given(
    default=policies,
    floor=policies,
    wished=all_wishes,
    exceptions=st.lists(floor_exceptions(expired=True), min_size=1, max_size=3),
)
def test_an_expired_exception_is_as_if_it_had_never_been(
    default: Policy, floor: Policy, wished: list[dict[str, Any]], exceptions: list[FloorException]
) -> None:
    with_it = effective(default=default, floor=floor, wishes=wished, exceptions=exceptions, now=NOW)
    assert with_it == effective(default=default, floor=floor, wishes=wished, now=NOW)


@given(default=policies, floor=policies, wished=all_wishes)
def test_an_effective_policy_is_its_own_effective_policy(
    default: Policy, floor: Policy, wished: list[dict[str, Any]]
) -> None:
    once = effective(default=default, floor=floor, wishes=wished, now=NOW)
    assert effective(default=once, floor=floor, now=NOW) == once


def test_the_most_specific_wish_decides_a_field() -> None:
    wished: list[dict[str, Any]] = [{"ttl": minutes(10)}, {"ttl": minutes(5), "max_attempts": 3}]
    result = effective(default=BASE, floor=LOOSE, wishes=wished, now=NOW)
    assert (result.ttl, result.max_attempts) == (minutes(10), 3)


def test_a_wish_may_loosen_the_default_down_to_the_floor_only() -> None:
    floor = replace(LOOSE, ttl=minutes(25))
    result = effective(default=BASE, floor=floor, wishes=[{"ttl": minutes(30)}], now=NOW)
    assert result.ttl == minutes(25)


def test_a_live_exception_moves_the_floor_and_not_the_policy() -> None:
    floor = replace(BASE, required_level=AAL3)
    lowered = [excused("required_level", AAL2)]

    def level(*wished: dict[str, Any]) -> AssuranceLevel:
        result = effective(default=BASE, floor=floor, wishes=wished, exceptions=lowered, now=NOW)
        return result.required_level

    assert level() is AAL2
    assert level({"required_level": AAL3}) is AAL3


def test_an_exception_ends_at_its_very_moment() -> None:
    floor = replace(BASE, required_level=AAL3)
    ended = [excused("required_level", AAL2, days=0)]
    assert effective(default=BASE, floor=floor, exceptions=ended, now=NOW).required_level is AAL3


# --- what got weaker ------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "weaker"),
    [
        ("active", False),
        ("required_level", AssuranceLevel.AAL1),
        ("ttl", minutes(21)),
        ("allowed_channels", frozenset(Channel)),
        ("allowed_factors", frozenset(FactorKind)),
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
        allowed_factors=frozenset({FactorKind.PASSKEY}),
    )
    after = replace(before, **{field: weaker})
    assert weakened_fields(before, after) == (field,)
    assert weakened_fields(after, before) == ()


def test_another_order_of_channels_weakens_nothing() -> None:
    after = replace(BASE, preferred_methods=(Channel.EMAIL,), fallback_timeout=minutes(2))
    assert weakened_fields(BASE, after) == weakened_fields(after, BASE) == ()


def test_every_field_has_a_law_and_only_enforcement_is_the_sites_alone() -> None:
    assert {law_of(name) for name in FIELD_NAMES} == {HIGHER, LOWER, FEWER, FREE}
    assert [name for name in FIELD_NAMES if is_site_only(name)] == ["enforcement"]


def test_an_unknown_field_has_no_law() -> None:
    with pytest.raises(KeyError):
        law_of("colour")
