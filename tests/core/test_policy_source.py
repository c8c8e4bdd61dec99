"""Each value of a policy says what decided it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.policy import Policy, minutes
from otpguard.core.policy_source import ValueOrigin, ValueSource, WishLayer, explain_policy

DEFAULT = Policy(ttl=minutes(20))
FLOOR = Policy(ttl=minutes(15), required_level=AssuranceLevel.AAL1)
LOOSE = Policy(ttl=minutes(30), required_level=AssuranceLevel.AAL1)


def layer(source: ValueSource, place: str, granted: Any = None, **wished: Any) -> WishLayer:
    return WishLayer(
        source=source, place=place, wished=wished, granted=wished if granted is None else granted
    )


def origin(name: str, *layers: WishLayer, floor: Policy = LOOSE, **more: Any) -> ValueOrigin:
    plain = more.get("plain_floor", floor)
    _, origins = explain_policy(default=DEFAULT, floor=floor, plain_floor=plain, layers=layers)
    return origins[name]


def test_without_wishes_the_default_decides() -> None:
    assert origin("ttl") == ValueOrigin(source=ValueSource.DEFAULT, place="", asked=minutes(20))


def test_the_most_specific_wish_decides_and_says_where_it_stands() -> None:
    found = origin(
        "ttl",
        layer(ValueSource.TENANT, "*", ttl=minutes(10)),
        layer(ValueSource.SITE, "api_key", ttl=minutes(5)),
    )
    assert found == ValueOrigin(source=ValueSource.TENANT, place="*", asked=minutes(10))


def test_a_wish_below_the_floor_is_told_with_what_it_asked() -> None:
    wish = layer(ValueSource.TENANT, "api_key", ttl=minutes(30))
    found = origin("ttl", wish, floor=FLOOR)
    assert found == ValueOrigin(source=ValueSource.FLOOR, place="api_key", asked=minutes(30))


def test_a_wish_that_only_an_exception_lets_count_says_so() -> None:
    wish = layer(ValueSource.TENANT, "api_key", ttl=minutes(30))
    assert origin("ttl", wish, plain_floor=FLOOR).source is ValueSource.EXCEPTION


def test_a_wish_above_the_ceiling_says_so() -> None:
    wish = layer(
        ValueSource.TENANT,
        "*",
        granted={"required_level": AssuranceLevel.AAL2},
        required_level=AssuranceLevel.AAL3,
    )
    found = origin("required_level", wish)
    assert (found.source, found.asked) == (ValueSource.CEILING, AssuranceLevel.AAL3)


def test_what_nist_caps_at_a_level_says_so() -> None:
    wish = layer(
        ValueSource.TENANT, "*", required_level=AssuranceLevel.AAL3, ttl=timedelta(minutes=30)
    )
    assert origin("ttl", wish).source is ValueSource.LEVEL
