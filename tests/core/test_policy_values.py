"""Each kind of value reads what it wrote, and refuses anything else."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.countries import ANYWHERE
from otpguard.core.policy_values import (
    Choice,
    Count,
    Countries,
    Flag,
    Order,
    OrderByCountry,
    Seconds,
    Some,
    Values,
    Words,
)


class Metal(StrEnum):
    """Something to choose from."""

    IRON = "iron"
    GOLD = "gold"
    TIN = "tin"


class Rank(IntEnum):
    """Something in an order."""

    LOW = 0
    HIGH = 1


RANKS = Choice({"low": Rank.LOW, "high": Rank.HIGH})
GOLDEN = Words(always="gold", reason="gold never rusts")


@pytest.mark.parametrize(
    ("values", "value", "written"),
    [
        (Flag(), True, True),
        (RANKS, Rank.HIGH, "high"),
        (Seconds(0, 60), timedelta(seconds=60), 60),
        (Count(0, 9), 9, 9),
        (Some(Metal), frozenset({Metal.TIN, Metal.GOLD}), ["gold", "tin"]),
        (GOLDEN, frozenset({"gold", "brass"}), ["brass", "gold"]),
        (Order(Metal), (Metal.TIN, Metal.IRON), ["tin", "iron"]),
        (
            OrderByCountry(Metal),
            (("DE", (Metal.TIN,)), ("IN", (Metal.IRON, Metal.TIN))),
            {"DE": ["tin"], "IN": ["iron", "tin"]},
        ),
        (OrderByCountry(Metal), (), {}),
        (Countries(), frozenset({"US", "001", "CA"}), ["001", "CA", "US"]),
        (Countries(), ANYWHERE, ["*", "001"]),
    ],
)
def test_a_value_is_read_from_its_json_form_and_from_itself(
    values: Values, value: Any, written: object
) -> None:
    assert values.write(value) == written
    assert values.read(written) == values.read(value) == value


@pytest.mark.parametrize(
    ("values", "value", "message"),
    [
        (Flag(), 1, "must be true or false"),
        (RANKS, "HIGH", 'must be "low" or "high"'),
        (RANKS, 1, 'must be "low" or "high"'),
        (RANKS, Metal.TIN, 'must be "low" or "high"'),
        (Choice({each: each for each in Metal}), "zinc", 'must be "iron", "gold" or "tin"'),
        (Seconds(0, 60), 61, "must be whole seconds from 0 to 60"),
        (Seconds(0, 60), timedelta(seconds=1.5), "must be whole seconds"),
        (Seconds(0, 60), True, "must be whole seconds"),
        (Seconds(0, 60), 1.0, "must be whole seconds"),
        (Count(1, 5), 0, "must be a whole number from 1 to 5"),
        (Count(1, 5), timedelta(seconds=3), "must be a whole number"),
        (Count(1, 5), True, "must be a whole number"),
        (Some(Metal), "gold", "must be a list of: iron, gold, tin"),
        (Some(Metal), ["zinc"], '"zinc" is not one of: iron, gold, tin'),
        (GOLDEN, "gold", "must be a list of words"),
        (GOLDEN, ["tin"], 'must contain "gold": gold never rusts'),
        (Order(Metal), [], "must name at least one, each once, of: iron, gold, tin"),
        (Order(Metal), ["tin", "tin"], "each once"),
        (Order(Metal), {"tin", "gold"}, "must be a list, in order, of: iron"),
        (Order(Metal), ["zinc"], '"zinc" is not one of'),
        (OrderByCountry(Metal), ["IN"], "must be an object of countries"),
        (OrderByCountry(Metal), "IN", "must be an object of countries"),
        (OrderByCountry(Metal), {"in": ["tin"]}, '"in" must be a country: two capital letters'),
        (OrderByCountry(Metal), {7: ["tin"]}, '"7" must be a country'),
        (OrderByCountry(Metal), {"IN": []}, "IN must name at least one, each once"),
        (OrderByCountry(Metal), {"IN": "tin"}, "IN must be a list, in order"),
        (OrderByCountry(Metal), [("IN", ["tin"]), ("IN", ["gold"])], "must name IN once"),
        (Countries(), "US", "must be a list of countries"),
        (Countries(), ["us"], '"us" must be a country: two capital letters'),
        (Countries(), ["ZZ"], 'no phone number is of "ZZ"'),
    ],
)
def test_anything_else_is_refused_with_what_would_be_right(
    values: Values, value: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        values.read(value)


@given(low=st.integers(0, 100), span=st.integers(0, 100), value=st.integers(-10, 300))
def test_both_ends_of_the_bounds_are_within_them(low: int, span: int, value: int) -> None:
    is_within = low <= value <= low + span
    for values in (Count(low, low + span), Seconds(low, low + span)):
        try:
            values.read(value)
        except ValueError:
            assert not is_within
        else:
            assert is_within


def test_a_member_of_another_enumeration_has_no_word_here() -> None:
    with pytest.raises(KeyError):
        RANKS.write(Metal.TIN)
