"""The page docs/surroundings.md says what the matrix proves."""

from __future__ import annotations

from otpguard.checks.codes import CODES
from tests.surroundings.stage import ROOT, SERVERS
from tests.surroundings.table import SURROUNDINGS, as_markdown

PAGE = (ROOT / "docs" / "surroundings.md").read_text("utf-8")


def test_the_table_of_the_page_is_that_of_the_matrix() -> None:
    assert as_markdown() in PAGE, "run `python -m tests.surroundings.table` and copy its table"


def test_every_surrounding_has_a_name_of_its_own_and_a_server_that_there_is() -> None:
    assert len({each.name for each in SURROUNDINGS}) == len(SURROUNDINGS)
    assert {each.server for each in SURROUNDINGS} == set(SERVERS)


def test_a_refusal_names_a_check() -> None:
    assert {each.refused for each in SURROUNDINGS if each.refused} <= set(CODES)
