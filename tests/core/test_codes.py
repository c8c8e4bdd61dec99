"""One-time codes: derived, hidden, and read as people type them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.codes import CODE_PATTERN, Code, code_matches, derive_code, normalize_code

KEY = bytes(range(32))
SEED = bytes(16)
CHALLENGE = bytes(range(16))
FIRST: dict[str, Any] = {"key": KEY, "seed": SEED, "challenge": CHALLENGE, "generation": 1}


@given(
    key=st.binary(min_size=16, max_size=64),
    seed=st.binary(min_size=16, max_size=16),
    challenge=st.binary(min_size=16, max_size=16),
    generation=st.integers(0, 2**32 - 1),
)
def test_a_derived_code_is_always_six_digits(
    key: bytes, seed: bytes, challenge: bytes, generation: int
) -> None:
    code = derive_code(key=key, seed=seed, challenge=challenge, generation=generation)
    assert len(code.digits) == 6
    assert code.digits.isascii()
    assert code.digits.isdigit()


def test_leading_zeros_are_kept() -> None:
    drawn = [derive_code(**FIRST | {"generation": number}).digits for number in range(200)]
    assert any(digits.startswith("0") for digits in drawn)
    assert {len(digits) for digits in drawn} == {6}


def test_the_same_challenge_and_generation_repeat_the_same_digits() -> None:
    """Fallback to another channel sends the code that the first message carried."""
    assert derive_code(**FIRST) == derive_code(**FIRST)


@pytest.mark.parametrize(
    "changed",
    [
        {"key": b"\xff" + KEY[1:]},
        {"seed": b"\x01" + SEED[1:]},
        {"challenge": b"\xff" + CHALLENGE[1:]},
        {"generation": 2},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_any_changed_input_changes_the_digits(changed: dict[str, Any]) -> None:
    assert derive_code(**FIRST | changed) != derive_code(**FIRST)


def test_codes_of_successive_generations_hardly_ever_repeat() -> None:
    drawn = {derive_code(**FIRST | {"generation": number}).digits for number in range(300)}
    assert len(drawn) > 295


def test_more_digits_can_be_asked_for() -> None:
    assert len(derive_code(**FIRST, digits=8).digits) == 8


@given(digits=st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_printing_a_code_never_shows_its_digits(digits: str) -> None:
    code = Code(digits)
    for shown in (repr(code), str(code), f"{code}", f"{[code]}", "%s %r" % (code, code)):  # noqa: UP031 (logging formats so)
        assert not any(char.isdigit() for char in shown)


def test_a_voice_reads_the_digits_apart() -> None:
    assert Code("012345").spoken == "0, 1, 2, 3, 4, 5"


@pytest.mark.parametrize(
    "typed",
    [
        "123456",
        " 123 456\n",
        "123-456",
        "123\u2013456",
        "1 2 3 4 5 6",
        "123\u00a0456",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "\u0661\u0662\u0663\u0664\u0665\u0666",
        "\t\uff11\uff12\uff13\u3000\u2014456",
        "\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6",
        "\U0001d7cf\U0001d7d0\U0001d7d1456",
        "\u2066123456\u2069\u200f",
        "\ufeff123\u00ad\u200b456",
        "123\u2212456",
        "12\u207b34\u208b5\u20536",
    ],
)
def test_an_answer_is_read_as_people_type_and_paste_it(typed: str) -> None:
    assert normalize_code(typed) == "123456"
    assert code_matches(typed, Code("123456"))


@pytest.mark.parametrize(
    "typed",
    ["", "123457", "12345", "1234567", "0123456", "12345x", "+123456", "12345²", "1234५", "\ud800"],
)
def test_anything_else_does_not_match(typed: str) -> None:
    assert not code_matches(typed, Code("123456"))


def test_an_empty_answer_never_matches_even_after_normalising() -> None:
    assert not code_matches(" - ", Code("000000"))


@given(answer=st.text())
def test_normalising_twice_changes_nothing(answer: str) -> None:
    assert normalize_code(normalize_code(answer)) == normalize_code(answer)


def test_the_browsers_pattern_names_what_is_read() -> None:
    """`tests/journeys/test_pasted_codes.py` asks a browser about every single character."""
    assert CODE_PATTERN == r"[\p{Nd}\p{Cf}\p{Dash}\s]*"
