"""By what a number is counted: prefixes that lengthen, and never a whole number."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.phone import PhoneNumber, parse_phone
from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.prefixes import (
    PrefixKey,
    PrefixLevel,
    asn_key,
    carrier_key,
    country_key,
    is_area_code,
    prefixes_of,
)

EXAMPLES = [
    phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (
        example := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    )
]


def number(raw: str) -> PhoneNumber:
    return parse_phone(raw, region="US")


def test_prefixes_lengthen_by_three_five_and_seven_digits() -> None:
    assert prefixes_of(number("+92 300 1234567")) == (
        PrefixKey(PrefixLevel.SHORT, "+92300"),
        PrefixKey(PrefixLevel.MIDDLE, "+9230012"),
        PrefixKey(PrefixLevel.LONG, "+923001234"),
    )


def test_in_north_america_they_are_the_area_code_and_the_exchange() -> None:
    found = prefixes_of(number("+1 415 555 2671"))
    assert [each.key for each in found] == ["+1415", "+1415555"]
    assert [is_area_code(each) for each in found] == [True, False]
    assert not is_area_code(prefixes_of(number("+92 300 1234567"))[0])


def test_the_zero_of_an_italian_number_is_a_digit_of_it() -> None:
    assert prefixes_of(number("+39 06 1234 5678"))[0].key == "+39061"


@given(st.sampled_from(EXAMPLES))
def test_no_prefix_names_a_single_number(e164: str) -> None:
    for each in prefixes_of(number(e164)):
        assert e164.startswith(each.key)
        assert len(e164) - len(each.key) >= 2


def test_a_short_number_has_fewer_prefixes() -> None:
    assert [each.key for each in prefixes_of(number("+354 611 1234"))] == ["+354611", "+35461112"]


def test_a_country_is_counted_for_each_lane_and_each_island_apart() -> None:
    lane = SpendLane.MAILED
    assert country_key(number("+1 876 210 1234"), lane) == PrefixKey(
        PrefixLevel.COUNTRY, "JM", "mailed"
    )
    assert country_key(number("+1 415 555 2671"), lane).key == "US"
    assert country_key(PhoneNumber("+88213300655", ""), lane).key == "+882"


@pytest.mark.parametrize(("asn", "key"), [(0, None), (64_500, PrefixKey(PrefixLevel.ASN, "64500"))])
def test_a_network_that_is_not_known_is_not_counted(asn: int, key: PrefixKey | None) -> None:
    assert asn_key(asn) == key


def test_a_carrier_is_counted_within_its_country() -> None:
    assert carrier_key(number("+92 300 1234567"), "") is None
    assert carrier_key(number("+92 300 1234567"), "Jazz") == PrefixKey(
        PrefixLevel.CARRIER, "PK/Jazz"
    )
