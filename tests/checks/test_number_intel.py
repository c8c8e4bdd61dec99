"""Checks of vendors of facts about numbers."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.checks.options import check_settings
from tests.intel.made_vendor import PATH


def vendors(**entry: Any) -> dict[str, Any]:
    return {"VENDORS": {"made": {"BACKEND": PATH, **entry}}}


STRICT = {"SIM_SWAP_UNKNOWN": "another_factor"}
CASES: list[tuple[str, Any, Any]] = [
    ("otpguard.E148", {"RISK_MEDIUM": 90}, {"RISK_MEDIUM": 70}),
    ("otpguard.E149", vendors(OPTIONS={"key": 1}), vendors()),
    ("otpguard.E149", vendors(BACKEND="x.y"), {}),
    ("otpguard.W148", {**vendors(FACTS=["line_type"]), **STRICT}, {**vendors(), **STRICT}),
    ("otpguard.W148", STRICT, vendors(FACTS=["line_type"])),
]
"""A number, the value that has it and one that does not."""


def found(settings: Any, value: Any) -> list[str | None]:
    settings.OTPGUARD = {**settings.OTPGUARD, "NUMBER_INTEL": value}
    return [each.id for each in check_settings()]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES)
def test_a_mistake_has_its_number(settings: Any, number: str, wrong: Any, right: Any) -> None:
    assert number in found(settings, wrong)
    assert number not in found(settings, right)


def test_without_vendors_there_is_no_finding(settings: Any) -> None:
    assert not {"otpguard.E148", "otpguard.E149", "otpguard.W148"} & set(found(settings, {}))
