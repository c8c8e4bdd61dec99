"""The numbers of the money budgets: what may be spent on people who have proven nothing yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTerms:
    """Budgets and ceilings of a rolling day. Amounts are micro-dollars, shares are percent.

    A *budget* bounds what is spent on numbers that nobody has proven; a *ceiling* bounds all that
    is spent, proven or not. Each is the larger of a fixed amount and a multiple of the *habit*: the
    second-highest day of those 7 to 28 days back, of what was proven. A strict tenant has the fixed
    amounts of its own and no habit.
    """

    strict_country_unverified: int = 500_000
    """Budget of a country in one lane, for a strict tenant."""

    country_unverified: int = 750_000
    """Budget of a country in one lane."""

    country_unverified_habit: int = 50
    """The same, in percent of the habit."""

    country_unverified_habit_cheap: int = 100
    """The same, where a message is cheap."""

    strict_country_all: int = 1_000_000
    """Ceiling of a country in one lane, for a strict tenant."""

    country_all: int = 2_000_000
    """Ceiling of a country in one lane."""

    country_all_habit: int = 300
    """The same, in percent of the habit."""

    country_all_habit_cheap: int = 500
    """The same, where a message is cheap."""

    strict_prefix_all: int = 500_000
    """Ceiling of a number prefix, for a strict tenant."""

    prefix_all: int = 1_000_000
    """Ceiling of a number prefix."""

    prefix_all_habit: int = 300
    """The same, in percent of the habit."""

    strict_tenant_all: int = 3_000_000
    """Ceiling of the strangers of a strict tenant."""

    tenant_all: int = 10_000_000
    """Ceiling of the strangers of a tenant."""

    tenant_all_habit: int = 300
    """The same, in percent of the habit."""

    pool_unverified_dear: int = 1_500_000
    """What all countries with dear messages may together take beyond their share of the habit, on
    numbers that nobody has proven: in the lanes of strangers, and in each other lane."""

    pool_unverified_others: int = 1_500_000
    """The same for all other countries."""

    pool_all_dear: int = 3_000_000
    """What all countries with dear messages may together take beyond their habit, for strangers."""

    pool_all_others: int = 10_000_000
    """The same for other countries; those with cheap messages take nothing from it."""

    reserve_per_day: int = 3
    """Messages that a country gets when its budget is empty, or the habit if that is more. Only for
    a clean client IP and a calm prefix, never for a strict tenant."""

    reserve_per_hour: int = 1
    """The same in one hour, or a sixth of the habit."""

    cheap_up_to: int = 20_000
    """A message up to this price is cheap."""

    dear_from: int = 100_000
    """A message from this price on is dear."""

    hour_share: int = 75
    """Percent of each ceiling that one hour may take."""

    warning_share: int = 70
    """Percent of a ceiling from which operators are warned."""

    stranger_price_limit: int = 100_000
    """The most that a message to a stranger may cost; a dearer one gets another way until the
    tenant is past strict. 0: no limit."""

    breaker_per_hour: int = 5_000_000
    """What may be lost in an hour on numbers that nobody has proven before paid channels are
    closed, or the site's habit of a day if that is more."""

    breaker_minutes: int = 60
    """For how many minutes they are closed. Then one message at a time is let through on trial."""

    lockdown_hours: int = 12
    """How long a lock-down of sign-ups lasts, in hours."""

    expected_signups_per_day: int = 0
    """How many strangers you expect in a day, until there is a habit."""

    expected_countries: Mapping[str, int] = field(default_factory=dict)
    """Percent of them by country: {"US": 80, "GB": 20}. Empty: all in DEFAULT_REGION."""
