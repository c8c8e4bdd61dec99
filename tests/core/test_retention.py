"""The terms of organizations, and from when on their events stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from otpguard.core.retention import purge_before, years_of
from otpguard.core.sealing.purged import FLOOR

NOW = datetime(2026, 5, 10, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tags", "industry", "years"),
    [
        ([], "", 6),
        (["audit-1y"], "", 1),
        (["AUDIT-2Y"], "fintech", 2),
        (["audit-1y", "audit-2y"], "", 2),
        (["audit-1y"], "healthcare", 6),
        (["Health", "audit-1y"], "", 6),
        (["payments"], "", 6),
    ],
)
def test_a_tag_sets_the_term_and_health_is_always_six_years(
    tags: list[str], industry: str, years: int
) -> None:
    assert years_of(tags=tags, industry=industry) == years


def test_a_log_loses_whole_months_and_nothing_below_365_days() -> None:
    assert purge_before(now=NOW, years=1) == datetime(2025, 5, 1, tzinfo=UTC)
    assert purge_before(now=NOW, years=6) == datetime(2020, 5, 1, tzinfo=UTC)
    for day in range(400):
        now = NOW + timedelta(days=day)
        assert now - purge_before(now=now, years=1) >= FLOOR
