"""What messages cost, in whole micro-dollars (millionths of a US dollar), without floats.

A price is a rate with four parts that add up. Of several rates, the country decides first, then the
day, then the number of messages in the month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

MICROS = 1_000_000
"""Micro-dollars in a dollar."""

MOST = 2_147_483_647
"""The most that one row holds (a little over 2,147 dollars); what is above it is cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one route costs, in micro-dollars, on the days from `valid_from` to `valid_until`.

    `per_try`, `add_on` and `surcharge` (a carrier's) are due for each message that leaves,
    `per_success` for each code that was answered. `country` is ISO 3166, "" for everywhere;
    `from_volume` the messages in the month from which it counts. Raises ValueError for what is no
    whole number, below zero or above `MOST`, and for days in the wrong order.
    """

    provider: str
    channel: str
    country: str = ""
    from_volume: int = 0
    valid_from: date = date.min
    valid_until: date | None = None
    per_try: int = 0
    per_success: int = 0
    add_on: int = 0
    surcharge: int = 0

    def __post_init__(self) -> None:
        for name in WHOLE:
            value = getattr(self, name)
            if type(value) is not int or not 0 <= value <= MOST:
                raise ValueError(f"{name} must be a whole number from 0 to {MOST}")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("valid_until lies before valid_from")

    @property
    def per_send(self) -> int:
        """Due for each message that leaves."""
        return self.per_try + self.add_on + self.surcharge

    def is_valid(self, on: date) -> bool:
        """True on the days from the first to the last."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


WHOLE = tuple(field.name for field in fields(Rate) if field.type == "int")
"""The fields of a rate that are numbers."""


def cost_of(rate: Rate, tries: int, successes: int = 0) -> int:
    """Micro-dollars for so many messages and so many answered codes. Raises ValueError below 0."""
    if tries < 0 or successes < 0:
        raise ValueError("count must not be negative")
    return tries * rate.per_send + successes * rate.per_success


def rate_for(
    rates: Iterable[Rate],
    *,
    provider: str,
    channel: str,
    country: str,
    on: date,
    volume: int = 0,
) -> Rate | None:
    """The valid rate: one for the country before one for everywhere, the newest of those,
    of one day's the highest tier that `volume` (messages in the month so far) has reached.

    Of two that are alike the first counts. None when there is no price.
    """
    fit = [
        rate
        for rate in rates
        if rate.provider == provider
        and rate.channel == channel
        and rate.country in {"", country}
        and rate.is_valid(on)
        and rate.from_volume <= volume
    ]
    return max(fit, key=_rank, default=None)


def as_dollars(micros: int) -> str:
    """An amount as text: at least two decimals, at most six, and no rounding."""
    whole, rest = divmod(abs(micros), MICROS)
    decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{whole}.{decimals}"


def month_of(day: date) -> tuple[date, date]:
    """The first day of the day's month, and of the next."""
    first = day.replace(day=1)
    following = (
        first.replace(year=first.year + 1, month=1)
        if first.month == 12  # noqa: PLR2004 (December)
        else first.replace(month=first.month + 1)
    )
    return first, following


def _rank(rate: Rate) -> tuple[bool, date, int]:
    return bool(rate.country), rate.valid_from, rate.from_volume
