"""What the page's script counts is read strictly: it comes from a stranger."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.visitor_form.behavior import FormBehavior, parse_behavior

GOOD = {"pointer": 1, "key": 12, "touch": 0, "paste": 0, "first_ms": 800}


def test_counts_and_the_first_time_are_read() -> None:
    read = parse_behavior(json.dumps(GOOD))
    assert read == FormBehavior(pointer=1, key=12, touch=0, paste=0, first_ms=800)
    assert not read.is_untouched


def test_a_form_that_nobody_touched_says_so() -> None:
    nothing = dict.fromkeys(("pointer", "key", "touch", "paste"), 0)
    read = parse_behavior(json.dumps({**nothing, "first_ms": -1}))
    assert read is not None
    assert read.is_untouched


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "[" * 200,
        json.dumps({**GOOD, "typed": "secret"}),
        json.dumps({**GOOD, "key": True}),
        json.dumps({**GOOD, "key": 1.5}),
        json.dumps({**GOOD, "key": -2}),
        json.dumps({**GOOD, "key": 10**7}),
        json.dumps({"pointer": 1}),
        json.dumps(GOOD) + " " * 256,
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_behavior(text) is None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    parse_behavior(text)
