"""Settings of a test run that would open the caps in production."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

from otpguard.checks.options import check_settings
from otpguard.checks.velocity import check_velocity

CASES: list[tuple[str, Any, Any]] = [
    ("otpguard.E115", {"IP_HOUR": {"STRICT": 0}}, {"IP_HOUR": {"STRICT": 1}}),
    ("otpguard.E115", {"IP_HOUR": {"STANDARD": 1_000}}, {}),
]
DEPLOYED: list[tuple[str, Any, Any]] = [
    ("otpguard.W115", {"IP_HOUR": {"CEILING": 20_000}}, {"IP_HOUR": {"CEILING": 300}}),
]
"""A number, the value of VELOCITY that has it and one that does not."""


@pytest.mark.parametrize(("number", "wrong", "right"), CASES)
def test_a_cell_that_holds_nothing_or_passes_its_ceiling_is_an_error(
    settings: Any, number: str, wrong: Any, right: Any
) -> None:
    for value, has_it in ((wrong, True), (right, False)):
        settings.OTPGUARD = {**settings.OTPGUARD, "VELOCITY": value}
        assert (number in {each.id for each in check_settings()}) is has_it


@pytest.mark.parametrize(("number", "wrong", "right"), DEPLOYED)
def test_a_cell_that_opens_the_caps_is_a_warning_in_production(
    settings: Any, number: str, wrong: Any, right: Any
) -> None:
    for value, has_it in ((wrong, True), (right, False)):
        settings.OTPGUARD = {**settings.OTPGUARD, "VELOCITY": value}
        assert (number in {each.id for each in check_velocity()}) is has_it


def found(settings: Any, cell: dict[str, int]) -> list[str]:
    settings.OTPGUARD = {**settings.OTPGUARD, "VELOCITY": {"IP_HOUR": cell}}
    return [str(message.msg) for message in check_velocity()]


def test_a_cell_of_a_hundred_times_the_default_is_named(settings: Any) -> None:
    (said,) = found(settings, {"STANDARD": 1_000, "CEILING": 1_000})
    assert "IP_HOUR: STANDARD is" in said
    assert found(settings, {"STANDARD": 999, "CEILING": 1_000}) == []


def test_a_ceiling_of_a_hundred_times_the_default_is_named(settings: Any) -> None:
    (said,) = found(settings, {"CEILING": 20_000})
    assert "CEILING" in said


def test_the_shipped_table_is_fine_and_a_wrong_one_is_the_matter_of_another_check(
    settings: Any,
) -> None:
    assert check_velocity() == []
    assert found(settings, {"STRICT": 0}) == []


@pytest.mark.django_db
def test_it_runs_for_a_deployment_alone(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "VELOCITY": {"IP_HOUR": {"CEILING": 20_000}}}
    ours = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "otpguard.W115" in ours
    assert "otpguard.W115" not in {message.id for message in run_checks()}
