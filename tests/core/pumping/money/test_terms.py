"""Every number of the money budgets, as the docs promise it."""

from __future__ import annotations

from dataclasses import asdict

from otpguard.core.pumping.money.terms import MoneyTerms


def test_each_default_is_what_was_measured_and_written_down() -> None:
    assert asdict(MoneyTerms()) == {
        "strict_country_unverified": 500_000,
        "country_unverified": 750_000,
        "country_unverified_habit": 50,
        "country_unverified_habit_cheap": 100,
        "strict_country_all": 1_000_000,
        "country_all": 2_000_000,
        "country_all_habit": 300,
        "country_all_habit_cheap": 500,
        "strict_prefix_all": 500_000,
        "prefix_all": 1_000_000,
        "prefix_all_habit": 300,
        "strict_tenant_all": 3_000_000,
        "tenant_all": 10_000_000,
        "tenant_all_habit": 300,
        "pool_unverified_dear": 1_500_000,
        "pool_unverified_others": 1_500_000,
        "pool_all_dear": 3_000_000,
        "pool_all_others": 10_000_000,
        "reserve_per_day": 3,
        "reserve_per_hour": 1,
        "cheap_up_to": 20_000,
        "dear_from": 100_000,
        "hour_share": 75,
        "warning_share": 70,
        "stranger_price_limit": 100_000,
        "breaker_per_hour": 5_000_000,
        "breaker_minutes": 60,
        "lockdown_hours": 12,
        "expected_signups_per_day": 0,
        "expected_countries": {},
    }
