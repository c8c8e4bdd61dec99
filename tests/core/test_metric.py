"""The text format of Prometheus: what a collector reads line by line."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.metric import Metric, metrics_text

LABELED = re.compile(r'([a-z_]+)\{([a-z]+)="((?:[^"\\\n]|\\["\\n])*)"\} (-?\d+(?:\.\d+)?)')


def test_a_gauge_has_a_help_a_type_and_a_value() -> None:
    text = metrics_text([Metric(name="a_b", help="How\nmuch \\ it is.", value=1.5)])
    assert text == "# HELP a_b How\\nmuch \\\\ it is.\n# TYPE a_b gauge\na_b 1.500\n"


def test_a_whole_number_has_no_fraction_and_may_be_below_zero() -> None:
    text = metrics_text([Metric(name="a", help="A.", value=-1), Metric(name="b", help="B.")])
    assert [line for line in text.splitlines() if line[0] != "#"] == ["a -1", "b 0"]


def test_one_without_any_place_has_no_samples() -> None:
    text = metrics_text([Metric(name="a", help="A.", label="place", by={})])
    assert text == "# HELP a A.\n# TYPE a gauge\n"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029")))
def test_a_label_is_one_line_whatever_it_is_called(name: str) -> None:
    text = metrics_text([Metric(name="a", help="A.", label="place", by={name: 2})])
    *_, line, end = text.split("\n")
    found = LABELED.fullmatch(line)
    assert (end, found is not None) == ("", True)
    assert found is not None
    unescape = {r"\n": "\n", r"\\": "\\", r"\"": '"'}
    assert re.sub(r"\\.", lambda each: unescape[each[0]], found[3]) == name
