"""What every format of a token file has in common: its cells, and what is there twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from otpguard.core import token_file
from otpguard.core.token_file import Person, TokenRow, Tokens, WrongTokenError
from otpguard.core.totp import Algorithm, Seed


def row(line: int, serial: str, key: bytes) -> TokenRow:
    return TokenRow(line=line, serial=serial, person=Person(), seed=Seed(key=key))


def test_a_serial_number_and_a_secret_are_there_once() -> None:
    found = Tokens()
    for line, serial, key in [(2, "A1", bytes(20)), (3, "A2", bytes(20)), (4, "A1", bytes(21))]:
        found.add(row(line, serial, key))
    assert [(each.line, each.text % dict(each.values)) for each in found.mistakes] == [
        (3, "The secret is in line 2 already."),
        (4, "The serial number is in line 2 already."),
    ]
    assert len(found.rows) == 3


def test_a_file_without_anything_in_it_is_a_mistake() -> None:
    (wrong,) = Tokens().ended().mistakes
    assert (wrong.line, wrong.text) == (1, "It contains no token.")
    found = Tokens()
    found.add(row(1, "A1", bytes(20)))
    assert found.ended().mistakes == []


def test_a_person_is_named_or_is_nobody() -> None:
    assert not Person()
    assert Person(user="ada")
    assert Person(email="a@b.c")


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (token_file.read_serial, "A-1", "A-1"),
        (token_file.read_digits, "", 6),
        (token_file.read_digits, "8", 8),
        (token_file.read_period, "", 30),
        (token_file.read_period, "60", 60),
        (token_file.read_drift, "", 0),
        (token_file.read_drift, "-5", -5),
        (token_file.read_drift, "+5", 5),
        (token_file.read_algorithm, "", Algorithm.SHA1),
        (token_file.read_algorithm, "hmac-sha512", Algorithm.SHA512),
        (token_file.read_model, "C\u202e200", "C200"),
    ],
)
def test_a_cell_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (token_file.read_serial, ""),
        (token_file.read_serial, "A" * 65),
        (token_file.read_serial, "A\u202e1"),
        (token_file.read_digits, "six"),
        (token_file.read_digits, "-6"),
        (token_file.read_period, "10000"),
        (token_file.read_period, "\u0663\u0660"),
        (token_file.read_drift, "--5"),
        (token_file.read_algorithm, "MD5"),
    ],
)
def test_what_is_no_such_cell_is_refused(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(WrongTokenError) as caught:
        read(text)
    assert not text or text not in str(caught.value)


def test_a_file_is_measured_in_bytes() -> None:
    size = token_file.MOST_BYTES
    assert not token_file.is_too_large("x" * size)
    assert token_file.is_too_large("é" * (size // 2 + 1))
    assert not token_file.is_too_large("\ud800")
