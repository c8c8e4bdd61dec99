"""Telephone numbers: E.164 values, read by `phonenumbers`, shown masked."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType

from otpguard.core.text import gettext_noop as _


class InvalidPhoneError(ValueError):
    """What was typed is no number that a code can be sent to. The message says what to do."""


_UNREACHABLE = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.PAGER,
    }
)
"""Kinds that nobody reads a code on, but somebody may earn money with."""


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A valid number in E.164 form. Its repr and str are masked."""

    e164: str
    region: str

    def __repr__(self) -> str:
        return f"PhoneNumber({mask(self.e164)})"

    def __str__(self) -> str:
        return mask(self.e164)


def parse(raw: str, *, region: str) -> PhoneNumber:
    """Read a number as a person types it; `region` (ISO 3166) is for one without "+".

    Raises InvalidPhoneError for what is no number, has an extension, or is a premium-rate,
    shared-cost or similar number.
    """
    try:
        number = phonenumbers.parse(raw, region)
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
        region=phonenumbers.region_code_for_number(number) or region,
    )


def is_land_line(e164: str) -> bool:
    """True for a number that can be called and not be written to. In North America nobody can tell
    by the number; there it is False."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE


def country_of(e164: str) -> str:
    """The ISO 3166 code of a number's country; empty for what is no number or of no country."""
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return ""
    # International networks and freephone numbers are of the region "001".
    return found if found and found.isalpha() else ""


def mask(e164: str) -> str:
    """A number as it may be shown: the country code and the last two digits."""
    try:
        code = phonenumbers.parse(e164).country_code
    except phonenumbers.NumberParseException:
        return "••"
    return f"+{code} ••• ••{e164[-2:]}"


def mask_email(address: str) -> str:
    """An address as it may be shown: the first letter and the domain."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}" if at and name else "•••"
