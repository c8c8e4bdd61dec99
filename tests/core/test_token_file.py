"""The file of tokens: what is read, and every mistake with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core import token_file
from otpguard.core.totp import Algorithm

BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
HEX = "3132333435363738393031323334353637383930"
OTHER = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def mistakes(text: str) -> list[tuple[int, str]]:
    found = token_file.read(text)[1]
    return [(each.line, each.text % dict(each.values)) for each in found]


def test_tokens_are_read_with_what_they_leave_out() -> None:
    rows, found = token_file.read(f"serial,user,secret\nA1,ada,{BASE32}\n")
    assert found == []
    (row,) = rows
    assert (row.line, row.serial, row.user, row.email) == (2, "A1", "ada", "")
    assert row.seed.key == b"12345678901234567890"
    assert (row.seed.digits, row.seed.period, row.seed.algorithm) == (6, 30, Algorithm.SHA1)


@pytest.mark.parametrize("algorithm", ["SHA256", "sha-256", "HMAC-SHA256", "HmacSHA256"])
def test_digits_period_and_algorithm_may_be_given(algorithm: str) -> None:
    text = f"Email, Secret,Serial,Digits,Period,Algorithm\na@b.c,{HEX},A1,8,60,{algorithm}"
    ((row,), found) = token_file.read(text)
    assert found == []
    assert (row.email, row.seed.key) == ("a@b.c", b"12345678901234567890")
    assert (row.seed.digits, row.seed.period) == (8, 60)
    assert row.seed.algorithm is Algorithm.SHA256


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeffserial,user,secret\nA1,ada,{BASE32}",
        f"serial;user;secret\r\nA1;ada;{BASE32}\r\n",
        f'"serial","user","secret"\n"A1"," ada ","{BASE32}"\n\n,,\n',
        f"serial,user,secret\rA1,ada,{BASE32}\r",
    ],
    ids=["byte order mark", "semicolons", "quotes and empty lines", "old line ends"],
)
def test_files_of_spreadsheets_are_read(text: str) -> None:
    ((row,), found) = token_file.read(text)
    assert (row.serial, row.user, found) == ("A1", "ada", [])


def test_every_mistake_is_said_with_its_line() -> None:
    text = "\n".join(
        [
            "serial,user,email,secret,digits,period,algorithm",
            f",ada,,{BASE32},,,",
            f"A2,,,{BASE32},,,",
            f"A3,ada,a@b.c,{BASE32},,,",
            "A4,ada,,,,,",
            "A5,ada,,no secret!,,,",
            "A6,ada,,GEZDGNBV,,,",
            f"A7,ada,,{BASE32},five,,",
            f"A8,ada,,{BASE32},9,,",
            "",
            f"A9,ada,,{BASE32},,5,",
            f"A10,ada,,{BASE32},,,MD5",
            f"A11,ada,{BASE32}",
            f"{'A' * 65},ada,,{BASE32},,,",
            f"A12,ada,,{BASE32},,,",
            f"A12,eve,,{HEX},,,",
        ]
    )
    rows, _ = token_file.read(text)
    assert [row.line for row in rows] == [15, 16]
    assert mistakes(text) == [
        (2, "The serial number is missing."),
        (3, "Give either a user or an e-mail address."),
        (4, "Give either a user or an e-mail address."),
        (5, "The secret is missing."),
        (6, "The secret is neither base32 nor hex."),
        (7, "The secret is too short: 128 bits are the least."),
        (8, "Digits and period are whole numbers."),
        (9, "A code has 6 to 8 digits."),
        (11, "A code is shown for 15 to 120 seconds."),
        (12, "The algorithm is SHA1, SHA256 or SHA512."),
        (13, "The line has not as many cells as the first one."),
        (14, "The serial number has at most 64 plain characters."),
        (16, "The serial number is in line 15 already."),
        (16, "The secret is in line 15 already."),
    ]


def test_a_wrong_first_line_is_said_before_any_other() -> None:
    assert mistakes("serial,user,user,digit\nA1,ada,eve,6") == [
        (1, "The column “secret” is missing."),
        (1, "The column “user” is there twice."),
        (1, "The name of column 4 is not known."),
    ]
    assert mistakes(f"serial,secret\nA1,{BASE32}") == [
        (1, "There must be a column “user” or “email”.")
    ]


def test_a_file_without_a_first_line_does_not_repeat_secrets() -> None:
    assert BASE32 not in str(mistakes(f"A1,ada,{BASE32}"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", (1, "There is nothing in it.")),
        (" \n\n", (1, "There is nothing in it.")),
        ("serial,user,secret\n", (1, "There is no token in it.")),
        (
            f'serial,user,secret\nA1,ada,{BASE32}\nA2,"ada,{OTHER}\nA3,ada,x',
            (3, "From here on it is no CSV: a quote is out of place."),
        ),
    ],
)
def test_what_is_no_list_of_tokens_is_refused(text: str, said: tuple[int, str]) -> None:
    assert mistakes(text) == [said]


def test_a_file_that_is_too_large_is_not_read() -> None:
    head = "serial,user,secret\n"
    text = head + "x" * (1024 * 1024 - len(head) + 1)
    assert mistakes(text) == [(1, "The file is larger than 1 MiB.")]
    assert mistakes(head + "é" * (1024 * 512)) == [(1, "The file is larger than 1 MiB.")]


def test_there_are_at_most_five_thousand_tokens() -> None:
    def file(count: int) -> str:
        lines = (f"S{n},u,{n:040x}" for n in range(count))
        return "\n".join(["serial,user,secret", *lines])

    rows, found = token_file.read(file(5000))
    assert (len(rows), found) == (5000, [])
    assert mistakes(file(5001)) == [(5002, "There are more than 5,000 tokens.")]


@given(st.text() | st.text(alphabet='serialuct,;"\n\r 01aZ').map("serial,user,secret\n".__add__))
def test_no_text_breaks_it(text: str) -> None:
    rows, found = token_file.read(text)
    assert rows or found
