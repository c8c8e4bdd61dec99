"""The page docs/limiters.md: its example keeps the contract by its own test."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from otpguard.checks.options import check_settings
from otpguard.core.pumping.velocity import TABLE, RowName
from tests.checks.projects import ours
from tests.docs.pages import modules_of

page = modules_of("limiters.md")

TestMeasuredLimiter = page["tests.test_limits"].TestMeasuredLimiter


def test_the_settings_of_the_page_pass_the_checks() -> None:
    with override_settings(**ours(**page["settings"].OTPGUARD)):
        assert check_settings() == []


@pytest.mark.parametrize("name", RowName)
def test_the_table_of_the_page_has_the_numbers_of_the_code(name: RowName) -> None:
    text = (Path(__file__).parents[2] / "docs" / "limiters.md").read_text()
    (line,) = [each for each in text.splitlines() if each.startswith(f"| `{name.upper()}` |")]
    cells = [each.strip() for each in line.strip("|").split("|")]
    row = TABLE[name]
    numbers = (row.cell.strict, row.cell.standard, row.cell.ceiling)
    assert cells[1] == row.text
    assert cells[3:6] == [f"{number:,}" for number in numbers]
