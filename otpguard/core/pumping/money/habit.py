"""What a counter usually spends in a day, and what goes back when a number is proven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from otpguard.core.pumping.money.terms import MoneyTerms

_FIRST_DAY, _LAST_DAY = 7, 28
"""The days back that a habit is made of: never the last week, which may be an attack."""
_WHOLE_SHARE = 100


def habit_of(days: Mapping[int, int], *, today: int) -> int:
    """The second-highest of the days 7 to 28 back; 0 with fewer than two. Days are numbers."""
    seen = (micros for day, micros in days.items() if _FIRST_DAY <= today - day <= _LAST_DAY)
    highest = sorted(seen, reverse=True)[:2]
    return highest[1] if len(highest) > 1 else 0


def expected_habit(country: str, *, price: int, terms: MoneyTerms, home: str) -> int:
    """What a day is expected to cost in a country that has no habit yet. `home` is the country of
    all who are expected where the setting has no shares."""
    shares = terms.expected_countries or {home: _WHOLE_SHARE}
    people = terms.expected_signups_per_day * shares.get(country, 0)
    return people * price // _WHOLE_SHARE


def is_young(oldest_day: int | None, *, today: int) -> bool:
    """True while a counter has not been kept long enough to have a habit."""
    return oldest_day is None or today - oldest_day < _LAST_DAY


def take_back(hours: Sequence[tuple[int, int]], micros: int) -> list[tuple[int, int]]:
    """Take an amount out of the oldest hours that have something: (hour, what stays there) of those
    that change. `hours` are (hour, unproven amount) in any order."""
    changed = []
    for hour, there in sorted(hours):
        if micros <= 0:
            break
        if there > 0:
            part = min(there, micros)
            micros -= part
            changed.append((hour, there - part))
    return changed
