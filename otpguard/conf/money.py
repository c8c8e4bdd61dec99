"""MONEY: the budgets and ceilings of messages to numbers that nobody has proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from otpguard.conf.values import SettingsError, mapping, of_type
from otpguard.core.phone import is_country
from otpguard.core.pumping.money.terms import MoneyTerms
from otpguard.core.registry import nearest

KEYS = {each.name.upper(): each.name for each in fields(MoneyTerms)}
_WHOLE = 100
_SHARES_OF_ONE = ("hour_share", "warning_share")


def read_money(value: object) -> MoneyTerms:
    """MONEY as a value. Raises SettingsError (E001, E002; E140 to E142 for amounts that do not go
    together)."""
    entry = mapping(value)
    for key in entry:
        if key not in KEYS:
            raise SettingsError("otpguard.E001", f'unknown "{key}", {nearest(key, list(KEYS))}')
    found: dict[str, Any] = {
        KEYS[key]: _shares(raw) if KEYS[key] == "expected_countries" else of_type(raw, int)
        for key, raw in entry.items()
    }
    terms = MoneyTerms(**found)
    for name in _SHARES_OF_ONE:
        if not 0 < getattr(terms, name) <= _WHOLE:
            raise SettingsError("otpguard.E140", f"{name.upper()} must be from 1 to {_WHOLE}")
    if terms.cheap_up_to >= terms.dear_from:
        raise SettingsError("otpguard.E141", "CHEAP_UP_TO must be below DEAR_FROM")
    return terms


def _shares(value: object) -> Mapping[str, int]:
    shares = mapping(value)
    for country, share in shares.items():
        if not is_country(country):
            raise SettingsError("otpguard.E142", f'"{country}" must be two capital letters')
        of_type(share, int)
    if sum(shares.values()) > _WHOLE:
        raise SettingsError("otpguard.E142", "EXPECTED_COUNTRIES must not be more than 100 in all")
    return MappingProxyType(dict(shares))
