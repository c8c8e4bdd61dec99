"""The upper limits of the standard."""

from __future__ import annotations

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.policy_caps import ATTEMPTS_CAP, TTL_CAP, at_every_level, minutes


def test_a_proof_of_the_highest_level_serves_for_the_shortest_time() -> None:
    assert TTL_CAP[AssuranceLevel.AAL3] == minutes(15) < TTL_CAP[AssuranceLevel.AAL2]


def test_a_limit_of_every_level_is_the_same_at_each() -> None:
    assert set(at_every_level(ATTEMPTS_CAP)) == set(AssuranceLevel)
