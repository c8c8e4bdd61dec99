"""What a message is taken to cost where no price list says it, by class of country.

High on purpose: a guess that is too low lets too much through. Sources: list prices of large
vendors for the United States with carriers' surcharges (about 1.2 cents in 2026); one retailer's
bill of a pumping attack, EUR 0.075 each (Eknix); Prelude's report on 2025, $0.134 on average for a
pumped message, in countries that charge up to several times of that.
"""

from __future__ import annotations

from typing import Final

NORTH_AMERICA: Final = 12_000
ELSEWHERE: Final = 90_000
PUMPED: Final = 300_000

_CHEAP = frozenset({"US", "CA"})
_PUMPED = frozenset(
    "AZ BD CU DZ HN ID IL IQ IR KG LK MM NG OM PK PS SY TJ TN UZ".split()  # noqa: SIM905 (a list)
)
"""Closed by at least two published lists of countries that pumping is known from, or by Authgear's
list of high risk."""


def default_price(country: str) -> int:
    """Micro-dollars for one message to a country (ISO 3166); "" and "001" are the dearest."""
    if country in _CHEAP:
        return NORTH_AMERICA
    if not country or country == "001" or country in _PUMPED:
        return PUMPED
    return ELSEWHERE
