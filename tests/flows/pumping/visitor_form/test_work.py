"""Puzzles: solved once, at their form, in their browser, in time."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.visitor_form.work import WORK_LEVELS, WORK_LIFE
from otpguard.flows.pumping.visitor_form.work import make_work, verify_work
from tests.flows.pumping.forms import PLACE, now, solve


def tampered(raw: str, change: Any) -> str:
    said = json.loads(b64decode(raw))
    change(said)
    return b64encode(json.dumps(said).encode()).decode()


@pytest.fixture(scope="module")
def solved() -> str:
    """A solution of the lowest level; PLACE is its form."""
    return solve(make_work(PLACE, 1, now=now()))


def test_a_solution_is_worth_its_level(solved: str) -> None:
    work = verify_work(solved, PLACE, now=now())
    assert work is not None
    assert work.level == 1


@pytest.mark.parametrize(("asked", "made"), [(1, 1), (2, 2), (3, 3), (9, 3), (0, 1)])
def test_a_puzzle_is_as_hard_as_its_level(asked: int, made: int) -> None:
    puzzle = make_work(PLACE, asked, now=now())
    assert puzzle["parameters"]["data"]["level"] == made
    assert puzzle["parameters"]["cost"] == WORK_LEVELS[made].cost
    assert puzzle["most"] == WORK_LEVELS[made].most


@pytest.mark.parametrize(
    "changed",
    [{"source": "other"}, {"tenant": "t"}, {"browser": "c"}, {"origin": "https://x.example"}],
    ids=["form", "tenant", "browser", "origin"],
)
def test_a_solution_of_another_form_or_browser_is_none(
    solved: str, changed: dict[str, str]
) -> None:
    assert verify_work(solved, replace(PLACE, **changed), now=now()) is None


def test_a_solution_that_comes_late_is_none(solved: str) -> None:
    assert verify_work(solved, PLACE, now=now() + WORK_LIFE) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["challenge"]["parameters"]["data"].update(level=3),
        lambda said: said["challenge"]["parameters"].update(cost=1),
        lambda said: said["challenge"]["parameters"].update(expiresAt=2**40),
        lambda said: said["challenge"]["parameters"].pop("expiresAt"),
        lambda said: said["challenge"]["parameters"]["data"].update(key="00000000"),
        lambda said: said["challenge"]["parameters"]["data"].update(key=None),
        lambda said: said["challenge"].update(signature=""),
        lambda said: said["challenge"].pop("signature"),
        lambda said: said["solution"].update(derivedKey="00" * 32),
        lambda said: said.update(solution=[]),
        lambda said: said.update(challenge="x"),
    ],
)
def test_a_changed_one_is_none(solved: str, change: Any) -> None:
    assert verify_work(tampered(solved, change), PLACE, now=now()) is None


def test_other_words_around_the_same_solution_spend_the_same(solved: str) -> None:
    other = tampered(solved, lambda said: said["solution"].update(time=1, more="x"))
    one, same = (verify_work(raw, PLACE, now=now()) for raw in (solved, other))
    assert one is not None
    assert same is not None
    assert one.spend == same.spend


def test_an_unsolved_puzzle_is_none() -> None:
    puzzle = make_work(PLACE, 1, now=now())
    raw = b64encode(
        json.dumps({"challenge": puzzle, "solution": {"counter": 0, "derivedKey": "00"}}).encode()
    ).decode()
    assert verify_work(raw, PLACE, now=now()) is None


def test_a_puzzle_outlives_the_change_of_the_key(settings: Any) -> None:
    work = solve(make_work(PLACE, 1, now=now()))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one, that is long enough for a key"
    assert verify_work(work, PLACE, now=now()) is not None
    settings.SECRET_KEY_FALLBACKS = []
    assert verify_work(work, PLACE, now=now()) is None


@given(st.one_of(st.text(), st.binary().map(lambda raw: b64encode(raw).decode())))
def test_no_text_raises(raw: str) -> None:
    assert verify_work(raw, PLACE, now=now()) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_no_json_raises(value: Any) -> None:
    for said in (value, {"challenge": value}, {"challenge": {"parameters": value}}):
        raw = b64encode(json.dumps(said).encode()).decode()
        assert verify_work(raw, PLACE, now=now()) is None
