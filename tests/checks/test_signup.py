"""Checks of who knows what somebody has shown of themselves."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.checks.options import check_settings
from tests.checks.projects import Project, names, ours, try_check
from tests.intel.made_checks import signup
from tests.intel.made_vendor import configured

IAL2 = signup("ial2")
CASES: list[tuple[str, Project, Project]] = [
    ("otpguard.E128", ours(SIGNUP={"IDENTITY": "ial2"}), ours(SIGNUP={"IDENTITY": "phone"})),
    (
        "otpguard.E129",
        ours(SIGNUP={"CHECKS": {"BACKEND": "tests.intel.made_vendor.NoVendor"}}),
        ours(SIGNUP=signup("phone_email")),
    ),
    ("otpguard.W130", ours(SIGNUP=IAL2), ours(SIGNUP=IAL2, NUMBER_INTEL=configured())),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_mistake_has_its_number(number: str, wrong: Project, right: Project) -> None:
    try_check(check_settings, number, wrong, right)


def test_vendors_that_do_not_load_are_reported_once(settings: Any) -> None:
    broken = {"VENDORS": {"made": {"BACKEND": "x.y"}}}
    settings.OTPGUARD = ours(SIGNUP=IAL2, NUMBER_INTEL=broken)["OTPGUARD"]
    assert [each.id for each in check_settings()] == ["otpguard.E149"]
