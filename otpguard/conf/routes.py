"""PROVIDERS and ROUTES: the vendors that there are, and what each of their routes is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from otpguard.conf.values import SettingsError, mapping, names, of_type
from otpguard.core.assurance import Channel
from otpguard.core.phone import is_country
from otpguard.core.registry import nearest
from otpguard.core.route import PAPERS

_REGION = re.compile(r"[A-Z]{2,8}")
PROVIDER_KEYS = ("BACKEND", "OPTIONS", "REGIONS", "PAPERS", "WEBHOOK_SECRET")
SHORTEST_SECRET = 32
ROUTE_KEYS = (
    "PROVIDER",
    "CHANNELS",
    "COUNTRIES",
    "TENANTS",
    "REGIONS",
    "PRIORITY",
    "COST_MICROS",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """One entry of PROVIDERS: a dotted path and its options, as in Django's CACHES.

    `regions` are all places where what it is given may be kept; none means unknown.
    `papers` are the agreements with it by name, with the last day that each is good for, None for
    one without an end. `webhook_secret` is part of the URL that a vendor calls which signs
    nothing; empty: only signatures count.
    """

    backend: str
    options: Mapping[str, Any]
    webhook_secret: str = field(default="", repr=False)
    regions: frozenset[str] = frozenset()
    papers: Mapping[str, date | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteConfig:
    """One entry of ROUTES: a provider, and what it is used for. What is empty narrows nothing.

    `tenants` are slugs. `regions` narrow those of the provider, for a route that keeps less far.
    Within a channel the lowest `priority` comes first, then the lowest cost (micro-dollars).
    """

    provider: str
    channels: frozenset[Channel] = frozenset()
    countries: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    priority: int = 0
    cost_micros: int = 0


def read_providers(value: object) -> dict[str, ProviderConfig]:
    """PROVIDERS as configs by name. Raises SettingsError (E001, E002, E009, E021)."""
    result = {}
    for name, entry in mapping(value).items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("BACKEND"), str):
            raise SettingsError("otpguard.E002", f"{name}: needs a BACKEND, a dotted path")
        _known(entry, PROVIDER_KEYS, name)
        result[name] = ProviderConfig(
            backend=entry["BACKEND"],
            options=mapping(entry.get("OPTIONS", {})),
            webhook_secret=_secret(entry.get("WEBHOOK_SECRET", ""), name),
            regions=_codes(entry, "REGIONS", name, _is_region, "otpguard.E021"),
            papers=_papers(entry.get("PAPERS", {}), name),
        )
    return result


def read_routes(value: object) -> tuple[RouteConfig, ...]:
    """ROUTES: names of providers, or dictionaries. Raises SettingsError (E001, E002, E022)."""
    if isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        return tuple(_route(entry, f"route {at}") for at, entry in enumerate(value, start=1))
    return tuple(RouteConfig(provider=name) for name in names(value))


def _route(entry: object, name: str) -> RouteConfig:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("PROVIDER"), str):
        raise SettingsError("otpguard.E022", f"{name}: needs a PROVIDER, a name in PROVIDERS")
    _known(entry, ROUTE_KEYS, name)
    try:
        channels = frozenset(Channel(each) for each in names(entry.get("CHANNELS", ())))
    except ValueError:
        known = ", ".join(Channel)
        raise SettingsError("otpguard.E022", f"{name}: CHANNELS are of: {known}") from None
    return RouteConfig(
        provider=entry["PROVIDER"],
        channels=channels,
        countries=_codes(entry, "COUNTRIES", name, is_country, "otpguard.E022"),
        tenants=frozenset(names(entry.get("TENANTS", ()))),
        regions=_codes(entry, "REGIONS", name, _is_region, "otpguard.E022"),
        priority=of_type(entry.get("PRIORITY", 0), int),
        cost_micros=of_type(entry.get("COST_MICROS", 0), int),
    )


def _secret(value: object, name: str) -> str:
    secret: str = of_type(value, str)
    if secret and len(secret) < SHORTEST_SECRET:
        raise SettingsError("otpguard.E009", f"{name}: WEBHOOK_SECRET is too short")
    return secret


def _known(entry: Mapping[Any, Any], known: tuple[str, ...], name: str) -> None:
    unknown = sorted(str(key) for key in entry if key not in known)
    if unknown:
        hint = nearest(unknown[0], list(known))
        raise SettingsError("otpguard.E001", f'{name}: unknown "{unknown[0]}", {hint}')


def _is_region(code: str) -> bool:
    return _REGION.fullmatch(code) is not None


def _codes(
    entry: Mapping[Any, Any], key: str, name: str, is_code: Callable[[str], bool], check: str
) -> frozenset[str]:
    found = names(entry.get(key, ()))
    wrong = [each for each in found if not is_code(each)]
    if wrong:
        raise SettingsError(check, f'{name}: {key} are codes such as "US", not "{wrong[0]}"')
    return frozenset(found)


def _papers(value: object, name: str) -> dict[str, date | None]:
    result: dict[str, date | None] = {}
    for paper, until in mapping(value).items():
        if paper not in PAPERS:
            hint = nearest(paper, sorted(PAPERS))
            raise SettingsError("otpguard.E021", f'{name}: unknown paper "{paper}", {hint}')
        if until is True:
            result[paper] = None
        elif until is not False and until is not None:
            result[paper] = _day(until, f"{name}: {paper}")
    return result


def _day(value: object, name: str) -> date:
    try:
        # A datetime is a date too, but cannot be compared with one.
        return date.fromisoformat(str(value))
    except ValueError:
        message = f"{name} must be True or its last day, YYYY-MM-DD"
        raise SettingsError("otpguard.E021", message) from None
