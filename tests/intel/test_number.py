"""Vendors are made once from the setting, in its order."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.pumping.intel.number_report import IntelFact
from otpguard.intel.number import known_facts, number_vendors
from tests.intel.made_vendor import PATH


def configure(settings: Any, **vendors: Any) -> None:
    settings.OTPGUARD = {"NUMBER_INTEL": {"VENDORS": vendors}}


def test_without_the_setting_there_is_none(settings: Any) -> None:
    settings.OTPGUARD = {}
    assert number_vendors() == ()
    assert known_facts() == frozenset()


def test_they_are_asked_in_their_order_for_what_they_may_be_asked(settings: Any) -> None:
    configure(
        settings,
        b={"BACKEND": PATH, "FACTS": ["sim_swap"], "PER_DAY": 3},
        a={"BACKEND": PATH, "OPTIONS": {"facts": ["pumping_risk"]}},
    )
    assert [(each.name, each.per_day) for each in number_vendors()] == [("b", 3), ("a", 1_000)]
    assert known_facts() == {IntelFact.SIM_SWAP, IntelFact.PUMPING_RISK}
    assert number_vendors() is number_vendors()


@pytest.mark.parametrize(
    ("vendor", "expected"),
    [
        ({"BACKEND": "x.y"}, ImportError),
        ({"BACKEND": "tests.intel.made_vendor.NoVendor"}, TypeError),
        ({"BACKEND": PATH, "OPTIONS": {"key": 1}}, TypeError),
        (
            {"BACKEND": PATH, "OPTIONS": {"facts": ["sim_swap"]}, "FACTS": ["line_type"]},
            ValueError,
        ),
    ],
)
def test_one_that_cannot_be_is_told(settings: Any, vendor: Any, expected: type[Exception]) -> None:
    configure(settings, a=vendor)
    with pytest.raises(expected):
        number_vendors()
