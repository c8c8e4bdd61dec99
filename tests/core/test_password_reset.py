"""What a reset takes beside the link."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.decision import (
    Allow,
    Decision,
    Deny,
    Reason,
    RequireChallenge,
    RequireEnrollment,
)
from otpguard.core.password_reset import LINK_LIFE, ResetNeed, opens_link, reset_need
from otpguard.core.policy_choices import WithoutFactor
from otpguard.core.presets import Preset, Tier, policy_pair_for

PROVEN = Allow(reason=Reason.PROVEN)
NOT_ASKED = Allow(reason=Reason.NOT_REQUIRED)
AAL2 = AssuranceLevel.AAL2
ASKED = RequireChallenge(level=AAL2, reason=Reason.NO_PROOF, ttl=timedelta(1), factors=("1",))
NONE = RequireEnrollment(level=AAL2, reason=Reason.NO_FACTOR, ttl=timedelta(1), kinds=frozenset())


@pytest.mark.parametrize(
    ("decision", "need"),
    [
        (PROVEN, ResetNeed.NOTHING),
        (ASKED, ResetNeed.PROOF),
        (NONE, ResetNeed.ADMINISTRATOR),
        (NOT_ASKED, ResetNeed.ADMINISTRATOR),
        (Deny(reason=Reason.USER_INACTIVE), ResetNeed.ADMINISTRATOR),
    ],
)
def test_a_person_with_a_factor_shows_one(decision: Decision, need: ResetNeed) -> None:
    for without in WithoutFactor:
        assert reset_need(decision, enrolled=True, without=without) is need


@pytest.mark.parametrize("decision", [PROVEN, ASKED, NONE, NOT_ASKED])
def test_without_one_the_policy_says_whether_the_link_is_enough(decision: Decision) -> None:
    of = {
        without: reset_need(decision, enrolled=False, without=without) for without in WithoutFactor
    }
    assert of[WithoutFactor.EMAIL_AND_HOLD] is ResetNeed.EMAIL_ONLY
    assert of[WithoutFactor.ADMINISTRATOR] is ResetNeed.ADMINISTRATOR


def test_only_two_of_the_answers_open_the_form() -> None:
    assert {need for need in ResetNeed if opens_link(need)} == {
        ResetNeed.NOTHING,
        ResetNeed.EMAIL_ONLY,
    }


def test_a_link_lives_for_an_hour_at_most() -> None:
    assert timedelta(hours=1) >= LINK_LIFE


@pytest.mark.parametrize("slug", ["password_reset", "password_reset.admin"])
@pytest.mark.parametrize("tier", Tier)
def test_no_floor_lets_it_be_switched_off_or_the_day_be_shortened(slug: str, tier: Tier) -> None:
    floor = policy_pair_for(BUILT_IN[slug], preset=Preset.BASELINE, tier=tier).floor
    assert floor.active
    assert floor.hold >= timedelta(hours=24)
    assert floor.required_level >= AAL2
