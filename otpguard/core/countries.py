"""Lists of countries that codes may go to: how one is read and written, and a site's footprint."""

from __future__ import annotations

from collections.abc import Collection

import phonenumbers

from otpguard.core.phone import is_country

EVERY = "*"
"""Stands for every country in a list, and not for numbers of no country."""

NO_COUNTRY = "001"
"""UN M.49, as `phonenumbers` uses it: numbers of satellites, global networks and services."""

COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Every country and territory that has phone numbers, by its ISO 3166 code."""

ANYWHERE = COUNTRIES | {NO_COUNTRY}
"""What a policy allows that says nothing of countries."""

_EUROPEAN_UNION = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
_REGIONS = {"EU": _EUROPEAN_UNION, "UK": frozenset({"GB"})}


def read_countries(codes: Collection[object]) -> frozenset[str]:
    """The set that a list of codes stands for: ISO 3166 codes, "*" for every country, "001" for
    numbers of none. Raises ValueError for another code, or one that no phone number has."""
    found: set[str] = set()
    for code in codes:
        if code == EVERY:
            found |= COUNTRIES
        elif code in ANYWHERE:
            found.add(str(code))
        elif isinstance(code, str) and is_country(code):
            raise ValueError(f'no phone number is of "{code}"')
        else:
            raise ValueError(f'"{code}" must be a country: two capital letters (ISO 3166)')
    return frozenset(found)


def write_countries(countries: frozenset[str]) -> list[str]:
    """The shortest list that `read_countries` makes the same set of."""
    if countries >= COUNTRIES:
        return [EVERY, *sorted(countries - COUNTRIES)]
    return sorted(countries)


def footprint_of(*, site: frozenset[str], own: frozenset[str], region: str) -> frozenset[str]:
    """The countries that an organization's people may have numbers of: the site's footprint and
    its own together. Without one of its own its region counts; EU stands for its members, and a
    region that is no country for none."""
    return site | (own or _REGIONS.get(region, frozenset({region}) & COUNTRIES))
