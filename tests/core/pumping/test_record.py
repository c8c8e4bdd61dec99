"""Signals survive the record, and the fingerprint tells whether the rules have changed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.record import (
    LONGEST_DETAIL,
    fingerprint,
    signals_as_json,
    signals_from_json,
)
from otpguard.core.pumping.verdict import Action, Layer, Signal

SIGNALS = st.builds(
    Signal,
    layer=st.sampled_from(Layer),
    action=st.sampled_from(Action),
    reason=st.text(min_size=1, max_size=20),
    weight=st.integers(0, 100),
    work_level=st.integers(0, 3),
    detail=st.text(max_size=LONGEST_DETAIL),
)


@given(st.lists(SIGNALS, max_size=8))
def test_signals_come_back_as_they_were(signals: list[Signal]) -> None:
    assert signals_from_json(signals_as_json(signals)) == tuple(signals)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"layer": "weather", "action": "refuse", "reason": "rain"},
        {"layer": "money", "action": "pray", "reason": "r"},
        {"layer": "money", "action": "refuse"},
        {"layer": "money", "action": "refuse", "reason": "r", "weight": "much"},
    ],
)
def test_a_signal_of_another_release_is_left_out(stored: dict[str, Any]) -> None:
    good = Signal(layer=Layer.MONEY, action=Action.REFUSE, reason="country")
    assert signals_from_json([stored, *signals_as_json([good])]) == (good,)


def test_a_long_detail_is_cut() -> None:
    long = Signal(layer=Layer.MONEY, action=Action.SEND, reason="r", detail="x" * 999)
    assert len(signals_as_json([long])[0]["detail"]) == LONGEST_DETAIL


def test_other_rules_have_another_fingerprint_and_the_same_ones_the_same() -> None:
    assert fingerprint([1, "a"]) == fingerprint([1, "a"])
    assert fingerprint([1, "a"]) != fingerprint([1, "b"])
    assert fingerprint(["ab", ""]) != fingerprint(["a", "b"])


def test_a_set_has_one_fingerprint_in_every_process() -> None:
    lines = (
        "from otpguard.core.pumping.record import fingerprint\n"
        "print(fingerprint([frozenset({'network', 'reputation', 'bot', 'number'})]))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", lines],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(found) == 1
