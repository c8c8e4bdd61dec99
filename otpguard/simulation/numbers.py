"""Make valid phone numbers: of a country at random, and of one block of adjacent numbers."""

from __future__ import annotations

from functools import lru_cache
from random import Random

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

BLOCK_DIGITS = 5
"""National digits that the numbers of one block have in common."""

_FIRST_DIGITS = 1
_TRIES = 500


def number_in(country: str, rng: Random) -> str:
    """A valid mobile number of `country` (ISO 3166), in E.164, from anywhere in its plan."""
    code, digits = _example(country)
    return _valid(country, code, digits[:_FIRST_DIGITS], len(digits), rng)


def number_of_block(country: str, block: int, rng: Random) -> str:
    """A valid number of the block of that ordinal, the same for every `rng`."""
    code, digits = _example(country)
    return _valid(country, code, _block_prefix(country, block), len(digits), rng)


@lru_cache(maxsize=1024)
def _block_prefix(country: str, block: int) -> str:
    rng = Random(f"block {country} {block}")  # noqa: S311 (a simulation)
    code, digits = _example(country)
    number = _valid(country, code, digits[:_FIRST_DIGITS], len(digits), rng)
    return number.removeprefix(f"+{code}")[:BLOCK_DIGITS]


@lru_cache(maxsize=256)
def _example(country: str) -> tuple[int, str]:
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if example is None or example.country_code is None:
        raise ValueError(f'there is no mobile number of "{country}"')
    return example.country_code, str(example.national_number)


def _valid(country: str, code: int, first: str, length: int, rng: Random) -> str:
    """Where nothing fits by chance, as on a small island, the last four digits of its example."""
    for _ in range(_TRIES):
        rest = length - len(first)
        made = _number(code, f"{first}{rng.randrange(10**rest):0{rest}d}")
        if _is_mobile(made, country):
            return phonenumbers.format_number(made, PhoneNumberFormat.E164)
    _, digits = _example(country)
    return f"+{code}{digits[:-4]}{rng.randrange(10_000):04d}"


def _is_mobile(number: phonenumbers.PhoneNumber, country: str) -> bool:
    kinds = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return (
        phonenumbers.is_valid_number_for_region(number, country)
        and phonenumbers.number_type(number) in kinds
    )


def _number(code: int, national: str) -> phonenumbers.PhoneNumber:
    return phonenumbers.PhoneNumber(country_code=code, national_number=int(national))
