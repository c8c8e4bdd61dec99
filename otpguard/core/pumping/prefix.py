"""The part of a number that is shared by a range: what a carrier is given, and what is pumped."""

from __future__ import annotations

import phonenumbers

_DIGITS, _DIGITS_OF_PLUS_ONE = 5, 6
"""How much of the national number. For +1 this is area code and exchange."""
_PLUS_ONE = 1


def prefix_of(e164: str) -> str:
    """Country code and the first digits of the national number, such as "+1415555"; "" for what is
    no number."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return ""
    digits = _DIGITS_OF_PLUS_ONE if number.country_code == _PLUS_ONE else _DIGITS
    national = phonenumbers.national_significant_number(number)
    return f"+{number.country_code}{national[:digits]}"
