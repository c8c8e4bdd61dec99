"""By what a number is counted: its lengthening prefixes, its country, its networks.

A prefix is the calling code and the first digits of the national number: 3, 5 and 7 of them, and in
the North American plan the area code (3) and the exchange (6). The last two digits are never part
of one, so no prefix names a single number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from otpguard.core.phone import PhoneNumber
from otpguard.core.pumping.attempt import SpendLane

HIDDEN_DIGITS = 2
"""Digits at the end of a number that no prefix has."""

_NORTH_AMERICA = 1
_LENGTHS = (3, 5, 7)
_LENGTHS_OF_NORTH_AMERICA = (3, 6)


class PrefixLevel(StrEnum):
    """What a sum is about, the widest first."""

    COUNTRY = "country"
    """The country of numbers, for each lane."""

    SHORT = "short"
    """Three digits; an area code in the North American plan."""

    MIDDLE = "middle"
    """Five digits; an exchange in the North American plan."""

    LONG = "long"
    """Seven digits."""

    ASN = "asn"
    """The network of the client's IP address."""

    CARRIER = "carrier"
    """The carrier of the number, as a vendor called it."""


NUMBER_LEVELS = (PrefixLevel.COUNTRY, PrefixLevel.SHORT, PrefixLevel.MIDDLE, PrefixLevel.LONG)
"""The levels that contain each other."""


@dataclass(frozen=True, slots=True)
class PrefixKey:
    """One sum. `key` is "+9230015" for a prefix, "PK" for a country, digits for an ASN and
    "PK/name" for a carrier. Only countries have a `lane`."""

    level: PrefixLevel
    key: str
    lane: str = ""


def digits_of(number: PhoneNumber) -> tuple[int, str]:
    """The calling code and the national number, with its leading zeros."""
    parsed = phonenumbers.parse(number.e164)
    return parsed.country_code or 0, phonenumbers.national_significant_number(parsed)


def prefixes_of(number: PhoneNumber) -> tuple[PrefixKey, ...]:
    """The prefixes of a number, the shortest first; none of a number too short for one."""
    code, national = digits_of(number)
    lengths = _LENGTHS_OF_NORTH_AMERICA if code == _NORTH_AMERICA else _LENGTHS
    levels = (PrefixLevel.SHORT, PrefixLevel.MIDDLE, PrefixLevel.LONG)
    return tuple(
        PrefixKey(level, f"+{code}{national[:length]}")
        for level, length in zip(levels, lengths, strict=False)
        if len(national) >= length + HIDDEN_DIGITS
    )


def country_key(number: PhoneNumber, lane: SpendLane) -> PrefixKey:
    """The country of a number in a lane; its calling code if it belongs to no country."""
    return PrefixKey(PrefixLevel.COUNTRY, number.region or f"+{digits_of(number)[0]}", lane.value)


def asn_key(asn: int) -> PrefixKey | None:
    """The network of that number; None if it is not known."""
    return PrefixKey(PrefixLevel.ASN, str(asn)) if asn else None


def carrier_key(number: PhoneNumber, carrier: str) -> PrefixKey | None:
    """The carrier in the country of the number; None if no vendor has named it."""
    return PrefixKey(PrefixLevel.CARRIER, f"{number.region}/{carrier}") if carrier else None


def is_area_code(key: PrefixKey) -> bool:
    """True for an area code of the North American plan: as wide as a country elsewhere."""
    return key.level is PrefixLevel.SHORT and key.key.startswith(f"+{_NORTH_AMERICA}")
