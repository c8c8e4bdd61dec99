"""Rows become lines; what a spreadsheet would run does not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest

from otpguard.core.release.rows import PIECE, RowError, RowWriter, content_type, harmless, is_format


def written(rows: Any, kind: str = "csv") -> str:
    return b"".join(RowWriter(kind).pieces(rows)).decode()


def test_mappings_and_sequences_make_the_same_file() -> None:
    named = [{"a": 1, "b": "x, y"}, {"a": None, "b": 'he said "no"'}]
    plain = [["a", "b"], [1, "x, y"], [None, 'he said "no"']]
    assert written(named) == written(plain)
    assert list(csv.reader(io.StringIO(written(named)))) == [
        ["a", "b"],
        ["1", "x, y"],
        ["", 'he said "no"'],
    ]


def test_columns_go_by_their_name_whatever_their_order() -> None:
    assert written([{"a": 1, "b": 2}, {"b": 4, "a": 3}]) == "a,b\r\n1,2\r\n3,4\r\n"


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+49 30",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A",
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell)[0] == "'"
    assert harmless(cell).replace("'", "") == cell
    assert next(iter(csv.reader([written([["x"], [cell]]).split("\r\n", 1)[1]])))[0][:1] == "'"


def test_a_heading_is_made_harmless_too() -> None:
    assert written([{"=cmd": 1}]) == "'=cmd\r\n1\r\n"


@pytest.mark.parametrize("cell", [-5, -1.5, Decimal("-2.50"), True, None, "", "a=b", "Anna"])
def test_numbers_and_words_stay_as_they_are(cell: Any) -> None:
    assert str(harmless(cell)) == str(cell)


def test_an_object_whose_text_is_a_formula_is_made_harmless() -> None:
    class Evil:
        def __str__(self) -> str:
            return "=1+1"

    assert harmless(Evil()) == "'=1+1"


def test_json_lines_name_their_columns_and_change_nothing() -> None:
    assert written([{"a": "=1", "b": "ü"}], "jsonl") == '{"a":"=1","b":"ü"}\n'
    assert written([["a"], [Decimal("1.5")]], "jsonl") == '{"a":"1.5"}\n'


def test_a_file_of_bytes_is_handed_on() -> None:
    assert b"".join(RowWriter("zip").pieces([b"ab", b"c"])) == b"abc"


def test_no_rows_make_an_empty_file() -> None:
    assert written([]) == ""
    assert written([["a", "b"]]) == "a,b\r\n"


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([["a", "b"], ["1"]], "csv"),
        ([{"a": 1}, {"b": 1}], "csv"),
        ([{"a": 1}, {"a": 1, "b": 2}], "jsonl"),
        ([{"a": 1}, ["a"]], "csv"),
        (["text"], "csv"),
        ([["a", "a"], [1, 2]], "csv"),
        ([5], "csv"),
        (["text"], "zip"),
    ],
)
def test_what_is_no_row_is_refused_without_its_content(rows: Any, kind: str) -> None:
    with pytest.raises(RowError) as error:
        written(rows, kind)
    assert "text" not in str(error.value)


def test_rows_are_counted_as_they_are_taken_and_the_file_comes_in_pieces() -> None:
    taken = 0

    def rows() -> Iterator[list[str]]:
        nonlocal taken
        yield ["a"]
        for _ in range(100):
            taken += 1
            yield ["x" * 5_000]

    writer = RowWriter("csv")
    first = next(writer.pieces(rows()))
    assert taken == writer.rows < 20
    assert PIECE <= len(first) < 2 * PIECE


def test_formats_have_names_and_media_types() -> None:
    assert [is_format(name) for name in ("csv", "tar.gz", "zip", "../x", "", "CSV")] == [
        *(True, True, True),
        *(False, False, False),
    ]
    assert content_type("csv").startswith("text/csv")
    assert content_type("html") == "application/octet-stream"


@pytest.mark.parametrize(
    ("cell", "harmless_cell"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x\t@SUM(A1)", "x\t'@SUM(A1)"),
        ("note\n=cmd", "note\n'=cmd"),
        ('x;"=1"', 'x;"\'=1"'),
        ("x; +1", "x; '+1"),
        ("=1;=2", "'=1;'=2"),
        ("a; b", "a; b"),
        ("a=b; c-d", "a=b; c-d"),
        ("a - b", "a - b"),
        ("a;b;=c", "a;b;'=c"),
    ],
)
def test_nothing_runs_where_a_spreadsheet_cuts_at_other_separators(
    cell: str, harmless_cell: str
) -> None:
    assert harmless(cell) == harmless_cell


@pytest.mark.parametrize("gap", ["\t", ";", '"', " ", "\n\r"])
def test_a_long_gap_is_looked_at_once(gap: str) -> None:
    """A search that begins again at each character would take minutes."""
    cell = gap * 200_000
    began = perf_counter()
    assert harmless(cell).endswith(gap)
    assert perf_counter() - began < 5


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("a;=1", "a;'=1"),
        ("a; =1", "a; '=1"),
        ("a -b", "a -b"),
        ("a-b", "a-b"),
        ("2026-05-10 12:00", "2026-05-10 12:00"),
    ],
)
def test_a_formula_inside_a_cell_is_closed_and_a_usual_text_is_left_alone(
    cell: str, safe: str
) -> None:
    assert harmless(cell) == safe
