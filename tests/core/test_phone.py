"""Numbers as people type them, as they are stored and as they are shown."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from otpguard.core.phone import (
    InvalidPhoneError,
    NumberType,
    PhoneNumber,
    country_of,
    is_country,
    mask_email,
    mask_phone,
    number_facts,
    parse_phone,
)

REGIONS = ["US", "GB", "DE", "FR", "IN", "BR", "JP", "NG", "AU", "PL"]


def example(region: str, kind: int = PhoneNumberType.MOBILE) -> phonenumbers.PhoneNumber:
    number = phonenumbers.example_number_for_type(region, kind)
    assert number is not None
    return number


def e164(region: str, kind: int = PhoneNumberType.MOBILE) -> str:
    return phonenumbers.format_number(example(region, kind), PhoneNumberFormat.E164)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(
    "form", [PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966]
)
def test_a_number_with_its_country_code_is_read_anywhere(region: str, form: int) -> None:
    typed = phonenumbers.format_number(example(region), form)
    assert parse_phone(typed, region="NZ") == PhoneNumber(e164=e164(region), region=region)


@pytest.mark.parametrize("region", REGIONS)
def test_a_national_number_is_read_in_its_own_region(region: str) -> None:
    typed = phonenumbers.format_number(example(region), PhoneNumberFormat.NATIONAL)
    assert parse_phone(f"  {typed} ", region=region).e164 == e164(region)


@pytest.mark.parametrize(
    "pasted",
    [
        "\u202a+1 201-555-0123\u202c",
        "\u2066+1\u00a0201\u20115550123\u2069",
        "+1 201\u200e 555\u200b 0123",
        "+\u06f1 \u06f2\u06f0\u06f1 555 0123",
        "+1 201\u2212555\u22120123",
    ],
)
def test_a_number_is_read_with_what_an_address_book_hides_in_it(pasted: str) -> None:
    assert parse_phone(pasted, region="NZ").e164 == "+12015550123"


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("", "country code"),
        ("not a number", "country code"),
        ("+", "country code"),
        ("+999 123 456 789", "country code"),
        ("9" * 300, "country code"),
        ("+1 201 555 012", "valid"),
        ("+1 000 000 0000", "valid"),
        ("12", "valid"),
        ("+1 201 555 0123 ext. 7", "extension"),
        ("+1 201 555 0123 x7", "extension"),
        ("tel:+1-201-555-0123;ext=7", "extension"),
    ],
)
def test_what_no_code_can_be_sent_to_is_refused_with_advice(raw: str, hint: str) -> None:
    with pytest.raises(InvalidPhoneError, match=hint):
        parse_phone(raw, region="US")


@pytest.mark.parametrize(
    ("region", "kind"),
    [
        ("US", PhoneNumberType.PREMIUM_RATE),
        ("GB", PhoneNumberType.PREMIUM_RATE),
        ("DE", PhoneNumberType.PREMIUM_RATE),
        ("DE", PhoneNumberType.SHARED_COST),
        ("GB", PhoneNumberType.UAN),
        ("GB", PhoneNumberType.PAGER),
    ],
)
def test_numbers_that_somebody_earns_money_with_are_refused(region: str, kind: int) -> None:
    with pytest.raises(InvalidPhoneError, match="this kind of number"):
        parse_phone(e164(region, kind), region="US")


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(InvalidPhoneError) as caught:
        parse_phone("+1 201 555 012", region="US")
    assert "201" not in str(caught.value)


@pytest.mark.parametrize("region", REGIONS)
def test_a_masked_number_shows_the_country_and_at_most_two_digits_more(region: str) -> None:
    number = example(region)
    full = e164(region)
    assert mask_phone(full) == f"+{number.country_code} ••• ••{full[-2:]}"


@pytest.mark.parametrize("region", REGIONS)
def test_printing_a_number_masks_it(region: str) -> None:
    number = parse_phone(e164(region), region=region)
    subscriber = str(example(region).national_number)
    for shown in (repr(number), str(number), f"{number}", f"{[number]}"):
        assert mask_phone(number.e164) in shown
        assert number.e164 not in shown
        assert subscriber[-3:] not in shown


@given(raw=st.text(alphabet="+0123456789 x", max_size=20))
def test_masking_never_shows_more_than_a_country_code_and_two_digits(raw: str) -> None:
    assert sum(char.isdigit() for char in mask_phone(raw)) <= 3 + 2


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("ann@example.com", "a•••@example.com"),
        ('"odd@name"@example.com', '"•••@example.com'),
        ("@example.com", "•••"),
        ("not an e-mail address", "•••"),
        ("", "•••"),
    ],
)
def test_a_masked_email_shows_its_first_letter_and_domain(email: str, shown: str) -> None:
    assert mask_email(email) == shown


@pytest.mark.parametrize(
    ("number", "land_line"),
    [("+493012345678", True), ("+4915112345678", False), ("+12015550123", False), ("junk", False)],
)
def test_a_land_line_is_known_by_its_number_where_that_can_be_told(
    number: str, land_line: bool
) -> None:
    assert number_facts(number).is_land_line is land_line


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+12015550123", "US"),
        ("+14165550123", "CA"),
        ("+4915112345678", "DE"),
        ("+881612345678", ""),
        ("somebody@example.com", ""),
        ("", ""),
    ],
)
def test_a_number_has_the_country_that_it_is_billed_in(number: str, country: str) -> None:
    assert country_of(number) == country


@pytest.mark.parametrize(
    ("code", "there"),
    [("US", True), ("us", False), ("USA", False), ("", False), ("ÄÖ", False), ("1A", False)],
)
def test_a_country_is_two_capital_letters(code: str, there: bool) -> None:
    assert is_country(code) is there


# --- kinds of number -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "kind", "found"),
    [
        ("GB", PhoneNumberType.MOBILE, NumberType.MOBILE),
        ("GB", PhoneNumberType.FIXED_LINE, NumberType.FIXED_LINE),
        ("US", PhoneNumberType.FIXED_LINE_OR_MOBILE, NumberType.FIXED_OR_MOBILE),
        ("GB", PhoneNumberType.VOIP, NumberType.VOIP),
        ("GB", PhoneNumberType.PERSONAL_NUMBER, NumberType.PERSONAL),
        ("US", PhoneNumberType.TOLL_FREE, NumberType.TOLL_FREE),
    ],
)
def test_a_number_is_of_the_kind_that_its_range_is_for(
    region: str, kind: int, found: NumberType
) -> None:
    assert number_facts(e164(region, kind)).type is found


@pytest.mark.parametrize("code", [800, 808, 870, 878, 881, 882, 883, 888, 979])
def test_a_number_of_no_country_is_international_and_has_no_country(code: int) -> None:
    example = phonenumbers.example_number_for_non_geo_entity(code)
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert number_facts(number).type is NumberType.INTERNATIONAL
    assert country_of(number) == ""


def test_a_number_of_no_country_is_never_of_the_region_it_was_typed_in() -> None:
    example = phonenumbers.example_number_for_non_geo_entity(881)
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert parse_phone(number, region="US").region == ""


@pytest.mark.parametrize("raw", ["", "no number", "+1900"])
def test_what_is_no_number_has_no_kind(raw: str) -> None:
    assert number_facts(raw).type is None
