"""The numbers that were promised to customers. Each fails here when it is changed by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.conf import REPORT_ONLY_DAYS
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.limits import Cap, CapName, Lane, caps_for_start
from otpguard.core.policy import RULES
from otpguard.core.policy_caps import TTL_CAP
from otpguard.core.presets import BASE, Preset, Tier, policy_pair_for
from otpguard.core.pumping.account_age import YOUNG_TENANT
from otpguard.core.pumping.velocity import TABLE, RowName

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


def caps(*, strict: bool = False) -> dict[CapName, tuple[int, timedelta]]:
    """What a start with a confirmed factor is charged to, by the name of the cap."""
    found: tuple[Cap, ...] = caps_for_start(
        sid="sid",
        client_ip="203.0.113.9",
        factor="factor",
        lane=Lane.OPEN,
        strict=strict,
        unreadable_ip_limit=60,
        sends=True,
    )
    return {cap.name: (cap.limit, cap.window) for cap in found}


def test_a_number_that_nobody_confirmed_gets_three_codes_in_24_hours() -> None:
    row = TABLE[RowName.NUMBER_DAY]
    assert (row.cell.strict, row.cell.standard, row.window) == (3, 3, 24 * 60 * MINUTE)


def test_an_address_gets_ten_codes_an_hour() -> None:
    row = TABLE[RowName.IP_HOUR]
    assert (row.cell.standard, row.window) == (10, 60 * MINUTE)
    assert caps(strict=True)[CapName.IP] == (10, 60 * MINUTE)


def test_a_tenant_is_young_for_thirty_days_and_so_long_a_trial_run_may_last() -> None:
    assert YOUNG_TENANT == 30 * DAY
    assert REPORT_ONLY_DAYS == 30


@pytest.mark.parametrize("slug", BUILT_IN)
def test_the_next_channel_is_tried_after_eight_seconds(slug: str) -> None:
    for preset in Preset:
        found = policy_pair_for(BUILT_IN[slug], preset=preset, tier=Tier.STANDARD)
        assert found.default.fallback_timeout == 8 * SECOND


def test_a_proof_serves_between_15_and_30_minutes() -> None:
    assert BASE.ttl == 20 * MINUTE
    assert TTL_CAP[AssuranceLevel.AAL2] == 30 * MINUTE
    assert TTL_CAP[AssuranceLevel.AAL3] == 15 * MINUTE
    assert RULES["ttl"].values.read(30 * 60) == 30 * MINUTE
    with pytest.raises(ValueError, match="1800"):
        RULES["ttl"].values.read(30 * 60 + 1)


@pytest.mark.parametrize(
    ("slug", "wait"),
    [("role_grant", DAY), ("data_export", HOUR), ("security_settings.factor_reset", DAY)],
)
def test_a_rise_and_a_reset_wait_24_hours_and_an_export_one_hour(
    slug: str, wait: timedelta
) -> None:
    for preset in Preset:
        for tier in Tier:
            found = policy_pair_for(BUILT_IN[slug], preset=preset, tier=tier)
            assert found.default.hold == wait
    assert (
        policy_pair_for(
            BUILT_IN["role_grant"], preset=Preset.BASELINE, tier=Tier.STANDARD
        ).floor.hold
        == DAY
    )
