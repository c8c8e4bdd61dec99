"""Cells of CSV lines, with the number of the line that each begins in."""

from __future__ import annotations

from otpguard.core.csv_lines import csv_lines


def read(text: str) -> list[tuple[int, list[str] | None]]:
    rows = csv_lines(text.splitlines(keepends=True))
    return [(line, None if cells is None else list(cells)) for line, cells in rows]


def test_a_mark_and_empty_lines_are_passed_over_and_lines_keep_their_numbers() -> None:
    assert read("\ufeff\n\na,b\n\n1,2\n") == [(3, ["a", "b"]), (5, ["1", "2"])]


def test_a_cell_may_run_over_several_lines() -> None:
    assert read('a,b\n"1\n2",3\n4,5\n') == [(1, ["a", "b"]), (2, ["1\n2", "3"]), (4, ["4", "5"])]


def test_semicolons_separate_if_the_first_line_has_no_comma() -> None:
    assert read("a;b\n1,5;2\n") == [(1, ["a", "b"]), (2, ["1,5", "2"])]


def test_a_quotation_mark_out_of_place_is_the_last_that_is_read() -> None:
    assert read('a,b\n"x"y,1\n2,3\n') == [(1, ["a", "b"]), (2, None)]


def test_nothing_is_in_an_empty_text() -> None:
    assert read("") == read("\n \n") == []
