"""Is a number of a country, and of a kind, that the site sends paid messages to?"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import phonenumbers

from otpguard.core.countries import NO_COUNTRY
from otpguard.core.phone import NumberType, number_facts
from otpguard.core.pumping.verdict import Action, Layer, Signal

_NORTH_AMERICA = 1
_SOLD_BY_THE_CALL = frozenset({None, NumberType.PERSONAL, NumberType.TOLL_FREE})
"""Of +1: 900 and the like, 500 and the like, 800 and the like. No person reads a code there, and
the holder may earn by what arrives."""

_LENT: Mapping[str, str] = MappingProxyType(
    {"+37744": "XK", "+37745": "XK", "+38643": "XK", "+38649": "XK"}
)
"""Ranges of one country that networks of another have used: both must be allowed."""


def country_signal(e164: str, *, allowed: frozenset[str], proven: bool = False) -> Signal | None:
    """REFUSE unless the number's country is in `allowed`, which may hold "001" for numbers of no
    country; None if nothing speaks against it.

    In North America each country and territory counts apart. Numbers of services there are refused
    whatever is allowed, unless the number is `proven`: its owner got a code there. The detail names
    the look-alike, whose numbers start the same way and which more people know.
    """
    known = number_facts(e164)
    code = _calling_code(e164)
    if not proven and code == _NORTH_AMERICA and known.type in _SOLD_BY_THE_CALL:
        return _refuse("number_of_a_service", f"+1, {known.type or 'premium rate or similar'}")
    if not known.country:
        return None if NO_COUNTRY in allowed else _refuse("no_country", f"+{code or '?'}")
    lent = _LENT.get(e164[:6])
    if known.country in allowed and (lent is None or lent in allowed):
        return None
    return _refuse("country_not_allowed", _described(known.country, code, lent))


def _described(country: str, code: int, lent: str | None) -> str:
    if lent is not None:
        return f"{country}, in a range that networks of {lent} have used"
    best_known = phonenumbers.region_code_for_country_code(code)
    if best_known == country:
        return country
    return f"{country}, which shares +{code} with {best_known}"


def _calling_code(e164: str) -> int:
    try:
        return phonenumbers.parse(e164).country_code or 0
    except phonenumbers.NumberParseException:
        return 0


def _refuse(reason: str, detail: str) -> Signal:
    return Signal(layer=Layer.COUNTRY, action=Action.REFUSE, reason=reason, detail=detail)
