"""NUMBER_INTEL has defaults, a mistake in it is numbered, and it shows no secret."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.conf import problems
from otpguard.conf.number_intel import NumberIntelConfig, read_number_intel
from otpguard.core.pumping.intel.number_intel import UnknownSwap
from otpguard.core.pumping.intel.number_report import IntelFact

TWILIO = {
    "BACKEND": "otpguard.intel.vendors.twilio_lookup.TwilioLookup",
    "OPTIONS": {"account_sid": "AC1", "auth_token": "very secret"},
    "FACTS": ["pumping_risk"],
    "PER_DAY": 20,
}


def test_what_is_not_said_has_its_default() -> None:
    assert read_number_intel({}) == NumberIntelConfig()
    usual = NumberIntelConfig()
    assert usual.vendors == {}
    assert usual.deadline == timedelta(milliseconds=800)
    assert (usual.swap_days, usual.reassigned_after.days) == (7, 90)
    assert (usual.terms.risk_medium, usual.terms.risk_high) == (60, 75)
    assert usual.terms.unknown_swap is UnknownSwap.ALLOW


def test_everything_can_be_said() -> None:
    mine = read_number_intel(
        {
            "VENDORS": {"twilio": TWILIO},
            "DEADLINE_MS": 500,
            "SIM_SWAP_DAYS": 3,
            "SIM_SWAP_MINUTES": 5,
            "CACHE_HOURS": 1,
            "SIM_SWAP_UNKNOWN": "another_factor",
            "RISK_MEDIUM": 40,
            "RISK_HIGH": 50,
        }
    )
    assert mine.vendors["twilio"].facts == {IntelFact.PUMPING_RISK}
    assert mine.vendors["twilio"].per_day == 20
    assert (mine.cache.usual, mine.cache.sim_swap) == (timedelta(hours=1), timedelta(minutes=5))
    assert mine.terms.unknown_swap is UnknownSwap.ANOTHER_FACTOR
    assert "very secret" not in repr(mine)


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ([], "otpguard.E002"),
        ({"VENDOR": {}}, "otpguard.E001"),
        ({"VENDORS": {"a": {"BACKEND": 1}}}, "otpguard.E002"),
        ({"VENDORS": {"a": {"BACKEND": "x", "KEY": 1}}}, "otpguard.E001"),
        ({"VENDORS": {"a" * 33: {"BACKEND": "x"}}}, "otpguard.E148"),
        ({"VENDORS": {"a": {"BACKEND": "x", "FACTS": ["age"]}}}, "otpguard.E148"),
        ({"VENDORS": {"a": {"BACKEND": "x", "PER_DAY": -1}}}, "otpguard.E002"),
        ({"DEADLINE_MS": 99}, "otpguard.E002"),
        ({"SIM_SWAP_DAYS": 101}, "otpguard.E002"),
        ({"SIM_SWAP_UNKNOWN": "refuse"}, "otpguard.E148"),
        ({"RISK_MEDIUM": 80, "RISK_HIGH": 70}, "otpguard.E148"),
    ],
)
def test_a_mistake_is_numbered(value: object, check: str) -> None:
    assert [each.check for each in problems({"NUMBER_INTEL": value})] == [check]
