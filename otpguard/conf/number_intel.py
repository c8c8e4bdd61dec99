"""NUMBER_INTEL: vendors that know something about a phone number, and what their answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from otpguard.conf.values import SettingsError, mapping, names, of_type
from otpguard.core.pumping.intel.number_cache import FactTerms
from otpguard.core.pumping.intel.number_intel import IntelTerms, UnknownSwap
from otpguard.core.pumping.intel.number_report import HIGHEST_RISK, IntelFact
from otpguard.core.registry import nearest

VENDOR_KEYS = ("BACKEND", "OPTIONS", "FACTS", "PER_DAY")
_WHOLE = {
    "DEADLINE_MS": (100, 5_000, 800),
    "CACHE_HOURS": (1, 24 * 7, 24),
    "SIM_SWAP_MINUTES": (1, 24 * 60, 15),
    "SIM_SWAP_DAYS": (1, 100, 7),
    "REASSIGNED_AFTER_DAYS": (1, 3_650, 90),
    "RISK_MEDIUM": (1, HIGHEST_RISK, 60),
    "RISK_HIGH": (1, HIGHEST_RISK, 75),
}
KEYS = ("VENDORS", "SIM_SWAP_UNKNOWN", *_WHOLE)
PER_DAY = 1_000
NAME_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberVendorConfig:
    """One vendor: the class that asks it, and what it may be asked. `facts` are all that it knows
    if empty; `per_day` is how many look-ups a day (UTC) may cost money."""

    backend: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    facts: frozenset[IntelFact] = frozenset()
    per_day: int = PER_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberIntelConfig:
    """The vendors in the order in which they are asked, and the terms of their answers.

    `deadline` is for all vendors of one send together. `swap_days` is how long a changed SIM card
    matters. A number is asked for a new owner once its factor is older than `reassigned_after` and
    was not used for as long.
    """

    vendors: Mapping[str, NumberVendorConfig] = field(default_factory=dict)
    deadline: timedelta = timedelta(milliseconds=800)
    cache: FactTerms = field(default_factory=FactTerms)
    swap_days: int = 7
    reassigned_after: timedelta = timedelta(days=90)
    terms: IntelTerms = field(default_factory=IntelTerms)


def read_number_intel(value: object) -> NumberIntelConfig:
    """NUMBER_INTEL as a value. Raises SettingsError (E001, E002, E148)."""
    entry = mapping(value)
    _check_keys(entry, KEYS)
    whole = {name: _whole(name, entry) for name in _WHOLE}
    if whole["RISK_MEDIUM"] > whole["RISK_HIGH"]:
        raise SettingsError("otpguard.E148", "RISK_MEDIUM must not be above RISK_HIGH")
    return NumberIntelConfig(
        vendors={
            name: _vendor(name, given) for name, given in mapping(entry.get("VENDORS", {})).items()
        },
        deadline=timedelta(milliseconds=whole["DEADLINE_MS"]),
        cache=FactTerms(
            usual=timedelta(hours=whole["CACHE_HOURS"]),
            sim_swap=timedelta(minutes=whole["SIM_SWAP_MINUTES"]),
        ),
        swap_days=whole["SIM_SWAP_DAYS"],
        reassigned_after=timedelta(days=whole["REASSIGNED_AFTER_DAYS"]),
        terms=IntelTerms(
            risk_medium=whole["RISK_MEDIUM"],
            risk_high=whole["RISK_HIGH"],
            unknown_swap=_unknown_swap(entry.get("SIM_SWAP_UNKNOWN", UnknownSwap.ALLOW.value)),
        ),
    )


def _vendor(name: str, given: object) -> NumberVendorConfig:
    entry = mapping(given)
    _check_keys(entry, VENDOR_KEYS)
    if not 0 < len(name) <= NAME_LENGTH:
        raise SettingsError("otpguard.E148", f"a vendor's name has 1 to {NAME_LENGTH} characters")
    backend = of_type(entry.get("BACKEND"), str)
    return NumberVendorConfig(
        backend=backend,
        options=mapping(entry.get("OPTIONS", {})),
        facts=frozenset(_fact(each) for each in names(entry.get("FACTS", ()))),
        per_day=of_type(entry.get("PER_DAY", PER_DAY), int),
    )


def _fact(name: str) -> IntelFact:
    try:
        return IntelFact(name)
    except ValueError:
        hint = nearest(name, [each.value for each in IntelFact])
        raise SettingsError("otpguard.E148", f'FACTS: "{name}", {hint}') from None


def _unknown_swap(name: object) -> UnknownSwap:
    try:
        return UnknownSwap(str(name))
    except ValueError:
        hint = nearest(str(name), [each.value for each in UnknownSwap])
        raise SettingsError("otpguard.E148", f'SIM_SWAP_UNKNOWN: "{name}", {hint}') from None


def _whole(name: str, entry: Mapping[str, Any]) -> int:
    least, most, usual = _WHOLE[name]
    number: int = of_type(entry.get(name, usual), int)
    if not least <= number <= most:
        raise SettingsError("otpguard.E002", f"{name} must be from {least} to {most}")
    return number


def _check_keys(entry: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in entry:
        if key not in known:
            raise SettingsError("otpguard.E001", f'unknown "{key}", {nearest(key, list(known))}')
