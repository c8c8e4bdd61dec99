"""Phone numbers: E.164 values, read by `phonenumbers`, shown masked."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import phonenumbers
from phonenumbers import PhoneNumberType

from otpguard.core.text import gettext_noop as _

_COUNTRY_LETTERS = 2


class InvalidPhoneError(ValueError):
    """A code cannot be sent to what was typed. The message says what to do."""


_UNREACHABLE = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.PAGER,
    }
)
"""Kinds on which no person reads a code, but with which somebody may earn money."""


class NumberType(StrEnum):
    """What a number is for, as far as the number alone tells.

    In North America mobile, fixed and VOIP numbers share their ranges, so all of them are
    FIXED_OR_MOBILE there. INTERNATIONAL numbers belong to no country: satellite phones, networks
    and international freephone numbers.
    """

    MOBILE = "mobile"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    FIXED_LINE = "fixed_line"
    VOIP = "voip"
    PERSONAL = "personal"
    TOLL_FREE = "toll_free"
    INTERNATIONAL = "international"


USUAL_NUMBERS = frozenset({NumberType.MOBILE, NumberType.FIXED_OR_MOBILE, NumberType.FIXED_LINE})
"""What codes go to unless a policy says more. A fixed line is called."""

_TYPES: Mapping[int, NumberType] = MappingProxyType(
    {
        PhoneNumberType.MOBILE: NumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberType.FIXED_OR_MOBILE,
        PhoneNumberType.FIXED_LINE: NumberType.FIXED_LINE,
        PhoneNumberType.VOIP: NumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER: NumberType.PERSONAL,
        PhoneNumberType.TOLL_FREE: NumberType.TOLL_FREE,
    }
)

_OF_NO_COUNTRY = frozenset({800, 808, 870, 878, 881, 882, 883, 888, 979})
"""ITU-T E.164, annex D: codes of global services and networks."""


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A valid number in E.164 form. Its repr and str are masked."""

    e164: str
    region: str

    def __repr__(self) -> str:
        return f"PhoneNumber({mask_phone(self.e164)})"

    def __str__(self) -> str:
        return mask_phone(self.e164)


def regions() -> tuple[str, ...]:
    """The ISO codes of all countries that have numbers, in order."""
    return tuple(sorted(phonenumbers.SUPPORTED_REGIONS))


def spelled_phone(e164: str) -> str:
    """A number as people write it, "+1 201-555-0123"; unchanged if it is none. For the eyes of the
    person who has just typed it."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def parse_phone(raw: str, *, region: str) -> PhoneNumber:
    """Read a number as a person types or pastes it; `region` (ISO 3166) is for one without "+".

    Raises InvalidPhoneError if it is not a number, has an extension, or is a premium-rate,
    shared-cost or similar number.
    """
    try:
        # An address book hides marks of writing direction around a number.
        seen = "".join(char for char in raw if unicodedata.category(char) != "Cf")
        number = phonenumbers.parse(seen, region)
    except phonenumbers.NumberParseException:
        raise InvalidPhoneError(
            _("Enter a phone number with its country code, such as +1 201 555 0123.")
        ) from None
    if number.extension:
        raise InvalidPhoneError(_("Leave out the extension: codes cannot be sent to one."))
    if not phonenumbers.is_valid_number(number):
        raise InvalidPhoneError(_("This is not a valid phone number. Check the digits."))
    if phonenumbers.number_type(number) in _UNREACHABLE:
        raise InvalidPhoneError(_("Codes cannot be sent to this kind of number."))
    return PhoneNumber(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        region=_country(number),
    )


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What a number says of itself: the ISO 3166 code of its country, empty if it has none, and its
    type, None if it takes no codes."""

    country: str = ""
    type: NumberType | None = None

    @property
    def is_land_line(self) -> bool:
        """True for a number that can be called but not texted. In North America the number alone
        does not tell, so there it is False."""
        return self.type is NumberType.FIXED_LINE


def number_facts(e164: str) -> NumberFacts:
    """What a number says; nothing if it is not a number."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return NumberFacts()
    kind = (
        NumberType.INTERNATIONAL
        if number.country_code in _OF_NO_COUNTRY
        else _TYPES.get(phonenumbers.number_type(number))
    )
    return NumberFacts(country=_country(number), type=kind)


def country_of(e164: str) -> str:
    """The ISO 3166 code of a number's country; empty if it is not a number or has no country."""
    try:
        return _country(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return ""


def _country(number: phonenumbers.PhoneNumber) -> str:
    found = phonenumbers.region_code_for_number(number)
    # International networks and freephone numbers are of the region "001".
    return found if found and found.isalpha() else ""


def mask_phone(e164: str) -> str:
    """A number as it may be shown: the country code and the last two digits."""
    try:
        code = phonenumbers.parse(e164).country_code
    except phonenumbers.NumberParseException:
        return "••"
    return f"+{code} ••• ••{e164[-2:]}"


def mask_email(email: str) -> str:
    """An e-mail address as it may be shown: the first letter and the domain."""
    name, at, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}" if at and name else "•••"


def is_country(code: str) -> bool:
    """True for two capital letters, as ISO 3166 has them."""
    return len(code) == _COUNTRY_LETTERS and code.isascii() and code.isalpha() and code.isupper()
