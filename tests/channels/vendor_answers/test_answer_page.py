"""The page of the docs lists every answer, by class and with how sure it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.channels import vendor_answers
from otpguard.channels.vendor_answers.answer_page import VENDORS, render_answers
from otpguard.core.outcome import Failure
from tests.house.source import ROOT

PAGE = render_answers()


def section(failure: Failure) -> str:
    return PAGE.partition(f"\n## `{failure}`\n")[2].partition("\n## ")[0]


def test_the_page_is_printed_again_when_a_table_changes() -> None:
    assert (ROOT / "docs" / "vendors.md").read_text("utf-8") == PAGE


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_answer_stands_under_its_class(vendor: str) -> None:
    for answer in VENDORS[vendor]:
        rows = [
            row
            for row in section(answer.failure).splitlines()
            if row.startswith(f"| {vendor} |") and f"`{answer.said}`" in row
        ]
        sure = "probable" if answer.probable else "confirmed"
        assert any(row.endswith(f"| {sure} |") for row in rows), answer


def test_every_class_that_an_answer_leads_to_has_a_section() -> None:
    led_to = {answer.failure for answers in VENDORS.values() for answer in answers}
    assert {failure for failure in Failure if section(failure)} == led_to


def test_every_table_is_on_the_page() -> None:
    room = Path(vendor_answers.__file__).parent
    tables = {path.stem for path in room.glob("*.py")} - {"__init__", "answer", "answer_page"}
    assert len(VENDORS) == len(tables)
