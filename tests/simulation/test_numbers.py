"""Numbers that are made are valid, of their country and of their block."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otpguard.core.phone import USUAL_NUMBERS, number_facts, parse_phone
from otpguard.simulation.assumptions import COUNTRIES, DEAR, FAR_COUNTRIES
from otpguard.simulation.numbers import BLOCK_DIGITS, number_in, number_of_block

EVERY = (*COUNTRIES, *FAR_COUNTRIES)


@settings(max_examples=60, deadline=None)
@given(country=st.sampled_from(EVERY), seed=st.integers(0, 10**6))
def test_a_number_is_one_that_the_form_takes(country: str, seed: int) -> None:
    made = number_in(country, Random(seed))
    assert parse_phone(made, region="US").region == country
    assert number_facts(made).type in USUAL_NUMBERS
    assert number_in(country, Random(seed)) == made


@settings(max_examples=40, deadline=None)
@given(country=st.sampled_from(DEAR), block=st.integers(0, 35), seed=st.integers(0, 10**6))
def test_numbers_of_a_block_begin_alike(country: str, block: int, seed: int) -> None:
    one = number_of_block(country, block, Random(seed))
    two = number_of_block(country, block, Random(seed + 1))
    code = 4 if country == "NG" else 3
    assert one[: code + BLOCK_DIGITS] == two[: code + BLOCK_DIGITS]
    assert parse_phone(one, region="US").region == country


def test_a_country_without_numbers_is_an_error() -> None:
    with pytest.raises(ValueError, match="XX"):
        number_in("XX", Random(1))
