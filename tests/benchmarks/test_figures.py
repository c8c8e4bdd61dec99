"""The common shape of what benchmarks find: nothing is timed here."""

from __future__ import annotations

import argparse
import ast
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import __main__ as all_of_them
from tests.benchmarks.command import sizes
from tests.benchmarks.figures import COLUMNS, Figure, Side, at_least, at_most, read, table, write
from tests.benchmarks.noise import Noise, stolen
from tests.benchmarks.rounds import compare, measure, rates, ratio
from tests.house.source import ROOT

HERE = Path(__file__).parent
FOUND = {"ours": [1.0, 2.0, 8.0], "peer": [2.0, 2.0, 2.0]}


def figure(**changed: Any) -> Figure:
    known: dict[str, Any] = {"work": "a code", "ours": Side("otpguard", 200, "/s", "8 statements")}
    return Figure(**{**known, **changed})


def test_rows_come_back_from_json_as_they_were(tmp_path: Path) -> None:
    rows = [
        figure(),
        figure(peer=Side("EmailDevice", 100, "/s"), to_peer=2.0, asked=at_least(1.6)),
        figure(limit=Side("psycopg", 400, "/s"), to_limit=0.5, asked=at_least(0.6, "limit")),
    ]
    path = tmp_path / "found.json"
    write(rows, path, noise={"load": [1.0, 2.0]})
    assert read(path) == rows


@pytest.mark.parametrize(
    ("changed", "met"),
    [
        ({}, None),
        ({"to_peer": 1.6, "asked": at_least(1.6)}, True),
        ({"to_peer": 1.59, "asked": at_least(1.6)}, False),
        ({"to_peer": 1.5, "to_limit": 9.0, "asked": at_most(1.5)}, True),
        ({"to_peer": 1.0, "to_limit": 0.4, "asked": at_least(0.5, "limit")}, False),
        ({"asked": at_most(199, "ours")}, False),
        ({"asked": at_most(200, "ours")}, True),
        ({"asked": at_least(0.1)}, False),
    ],
)
def test_a_row_is_met_when_it_keeps_what_was_asked(
    changed: dict[str, Any], *, met: bool | None
) -> None:
    assert figure(**changed).met is met


def test_the_table_has_a_cell_for_every_column() -> None:
    peer = Side("EmailDevice", 1234.5, "/s")
    row = figure(peer=peer, to_peer=0.16, to_limit=0.1, asked=at_least(1.6))
    head, rule, line = table([row]).splitlines()
    assert head == f"| {' | '.join(COLUMNS)} |"
    assert rule.count("---") == len(COLUMNS)
    assert line == (
        "| a code | EmailDevice 1,234 /s | - | otpguard 200 /s (8 statements)"
        " | 0.16 x peer, 0.10 x limit | ≥ 1.6 x peer | **no** |"
    )


def test_ratios_are_taken_within_a_round() -> None:
    """By medians over all rounds it would be the same here: 2 / 2."""
    assert ratio(FOUND, "ours", "peer") == 1.0
    assert ratio({"ours": [1.0, 10.0, 4.0], "peer": [2.0, 5.0, 1.0]}, "ours", "peer") == 2.0
    assert rates({"ours": [0.5, 0.25]}) == {"ours": [2.0, 4.0]}


def test_a_comparison_is_one_row() -> None:
    asked = at_most(1.5)
    found = compare(FOUND, "x", "ours", unit="ms", peer="peer", asked=asked, notes={"ours": "n"})
    assert found == Figure(
        work="x",
        ours=Side("ours", 2.0, "ms", "n"),
        peer=Side("peer", 2.0, "ms"),
        to_peer=1.0,
        asked=asked,
    )


def test_each_contender_has_its_turn_in_every_round() -> None:
    turns: list[str] = []

    def turn(name: str) -> float:
        turns.append(name)
        return float(len(turns))

    found = measure({"a": lambda: turn("a"), "b": lambda: turn("b")}, 3)
    assert [len(found["a"]), len(found["b"])] == [3, 3]
    for first in (0, 2, 4):
        assert set(turns[first : first + 2]) == {"a", "b"}


def test_the_noise_line_tells_probe_steal_and_load() -> None:
    noise = Noise(probes=[2.0, 1.0, 9.0], loads=[0.5, 4.0], began=[])
    line = str(noise)
    assert "probe 1.0 / 2.0 / 9.0 ms" in line
    assert "load 0.5 to 4.0" in line
    assert stolen([0] * 8, [40, 0, 10, 40, 0, 0, 0, 10]) == 10.0
    assert stolen([], []) is None


def test_sizes_are_read_as_people_write_them() -> None:
    assert sizes("1e4,100000") == (10_000, 100_000)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("growth", ["--small", "--rounds", "3", "--rows", "10000,1000000"]),
        ("guard", ["--small", "--rounds", "3", "--rows", "10000"]),
        ("sends", ["--small", "--rounds", "3"]),
    ],
)
def test_each_benchmark_is_told_what_concerns_it(name: str, words: list[str]) -> None:
    asked = argparse.Namespace(small=True, rounds=3, rows=(10_000, 1_000_000))
    assert all_of_them.words_for(name, asked) == words


@pytest.mark.parametrize("name", all_of_them.NAMES)
def test_each_says_how_to_run_it_and_what_it_times_and_leaves_out(name: str) -> None:
    about = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text("utf-8"))) or ""
    assert f"python -m tests.benchmarks.{name}" in about
    for word in ("timed", "left out"):
        assert word in " ".join(about.lower().split()), name
    assert f"| `{name}` |" in (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
