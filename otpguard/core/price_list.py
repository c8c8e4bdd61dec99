"""The price list of the setting: `PRICES = [{"PROVIDER": "sms", "CHANNEL": "sms", ...}, ...]`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from otpguard.core.assurance import Channel
from otpguard.core.money import WHOLE, Rate
from otpguard.core.phone import is_country
from otpguard.core.registry import nearest

REQUIRED = ("PROVIDER", "CHANNEL")
DAYS = {"FROM": "valid_from", "UNTIL": "valid_until"}
KEYS = (*REQUIRED, "COUNTRY", *DAYS, *(name.upper() for name in WHOLE))


class PriceError(ValueError):
    """An entry of the price list is wrong; the message says which one and how."""


def parse_price_list(raw: object) -> tuple[Rate, ...]:
    """The rates of a list. Amounts are whole micro-dollars, days are dates or ISO 8601.

    Raises PriceError for the first mistake.
    """
    if not isinstance(raw, list | tuple):
        raise PriceError("must be a list of dictionaries")
    rates: list[Rate] = []
    for place, entry in enumerate(raw, start=1):
        try:
            rates.append(_rate(entry))
        except ValueError as error:
            raise PriceError(f"entry {place}: {error}") from None
    return tuple(rates)


def _rate(entry: object) -> Rate:
    if not isinstance(entry, Mapping):
        raise PriceError("must be a dictionary")
    for key in entry:
        if key not in KEYS:
            raise PriceError(f'unknown key "{key}", {nearest(str(key), list(KEYS))}')
    for key in REQUIRED:
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise PriceError(f"needs a {key}")
    channel, country = entry["CHANNEL"], entry.get("COUNTRY", "")
    if channel not in set(Channel):
        raise PriceError(f'unknown channel "{channel}", {nearest(channel, list(Channel))}')
    if country != "" and not (isinstance(country, str) and is_country(country)):
        raise PriceError("COUNTRY must be two capital letters (ISO 3166)")
    values: dict[str, Any] = {n: entry[n.upper()] for n in WHOLE if n.upper() in entry}
    for key, name in DAYS.items():
        if entry.get(key) is not None:
            values[name] = _day(key, entry[key])
    return Rate(provider=entry["PROVIDER"], channel=channel, country=country, **values)


def _day(key: str, value: object) -> date:
    try:
        return value if type(value) is date else date.fromisoformat(str(value))
    except ValueError:
        raise PriceError(f"{key} must be a day, YYYY-MM-DD") from None
