"""PSKC files: what is read of each token, and every mistake by its line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.token_file import MOST_ROWS, Person, TokenRow
from otpguard.core.totp import Algorithm
from otpguard.factors import pskc
from tests.pskc import (
    RFC_FIGURE_6,
    RFC_FIGURE_7,
    RFC_KEY,
    RFC_PASSPHRASE,
    RFC_SECRET,
    container,
    plain,
    token,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = plain(RFC_SECRET)
OTHER = plain(bytes(range(20)))


def rows(content: str, **known: Any) -> list[TokenRow]:
    found = pskc.read_pskc(content, now=NOW, **known)
    assert found.mistakes == []
    return found.rows


def mistakes(content: str, **known: Any) -> list[tuple[int, str]]:
    found = pskc.read_pskc(content, now=NOW, **known).mistakes
    return [(each.line, each.text % dict(each.values)) for each in found]


def test_the_examples_of_the_standard_are_read() -> None:
    for content, key in ((RFC_FIGURE_6, RFC_KEY), (RFC_FIGURE_7, RFC_PASSPHRASE)):
        (row,) = rows(content, key=key, owned=True)
        assert (row.serial, row.seed.key, row.seed.digits) == ("987654321", RFC_SECRET, 8)


def test_everything_about_a_token_is_read() -> None:
    (row,) = rows(
        container(
            token(
                SECRET,
                serial="T-1",
                user="ada",
                model="C200\u202e",
                parameters='<Suite>HMAC-SHA256</Suite><ResponseFormat Length="8"'
                ' Encoding="DECIMAL"/>',
                data="<Time><PlainValue>0</PlainValue></Time>"
                "<TimeInterval><PlainValue>60</PlainValue></TimeInterval>"
                "<TimeDrift><PlainValue>-4</PlainValue></TimeDrift>",
                policy="<Policy><StartDate>2012-09-19T00:00:00Z</StartDate>"
                "<ExpiryDate>2036-09-01T00:00:00Z</ExpiryDate><KeyUsage>OTP</KeyUsage></Policy>",
            )
        )
    )
    assert (row.line, row.serial, row.model, row.drift) == (5, "T-1", "C200", -4)
    assert row.person == Person(user="ada", email="ada")
    seed = row.seed
    assert (seed.digits, seed.period, seed.algorithm) == (8, 60, Algorithm.SHA256)


def test_a_token_that_says_little_has_the_usual_values() -> None:
    (row,) = rows(container(token(SECRET, serial="")))
    assert row.serial == "k", "the key's own id, where the device has no number"
    seed = row.seed
    assert (seed.digits, seed.period, seed.algorithm, row.drift) == (6, 30, Algorithm.SHA1, 0)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ada", "ada"),
        ("ada@example.com", "ada@example.com"),
        ("CN=ada, DC=example, DC=com", "ada"),
        ("DC=example,UID=ada,CN=Ada Lovelace", "ada"),
    ],
)
def test_a_user_is_named_bare_or_in_a_distinguished_name(said: str, meant: str) -> None:
    (row,) = rows(container(token(SECRET, user=said)))
    assert row.person == Person(user=meant, email=meant)


def test_without_a_user_a_list_of_owners_is_needed() -> None:
    assert mistakes(container(token(SECRET, user=""))) == [
        (5, "The file does not name the token's user: add a list of owners.")
    ]
    (row,) = rows(container(token(SECRET, user="ada")), owned=True)
    assert not row.person, "the list alone says it"


POLICY = "<Policy>{}</Policy>"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"algorithm": "urn:ietf:params:xml:ns:keyprov:pskc:hotp"},
            "The token is not time-based (TOTP, RFC 6238).",
        ),
        ({"serial": "A" * 65}, "The serial number has at most 64 plain characters."),
        ({"serial": "A\u202e"}, "The serial number has at most 64 plain characters."),
        ({"secret": ""}, "The secret is missing."),
        ({"secret": "<PlainValue>?</PlainValue>"}, "The secret cannot be read."),
        ({"secret": plain(bytes(15))}, "The secret is too short: it must have at least 128 bits."),
        (
            {"parameters": '<ResponseFormat Length="9" Encoding="DECIMAL"/>'},
            "A code has 6 to 8 digits.",
        ),
        (
            {"parameters": '<ResponseFormat Length="8" Encoding="HEXADECIMAL"/>'},
            "The token's codes are not digits only.",
        ),
        (
            {"parameters": '<ResponseFormat Length="8" Encoding="DECIMAL" CheckDigits="true"/>'},
            "The token's codes are not digits only.",
        ),
        ({"parameters": "<Suite>MD5</Suite>"}, "The algorithm is SHA1, SHA256 or SHA512."),
        (
            {"data": "<TimeInterval><PlainValue>AAA=</PlainValue></TimeInterval>"},
            "Digits, period and drift are whole numbers.",
        ),
        (
            {"policy": POLICY.format("<StartDate>2026-03-01T12:00:01Z</StartDate>")},
            "The token is not valid yet.",
        ),
        (
            {"policy": POLICY.format("<ExpiryDate>2026-03-01T12:00:00Z</ExpiryDate>")},
            "The token has expired.",
        ),
        ({"policy": POLICY.format("<ExpiryDate>soon</ExpiryDate>")}, "A date cannot be read."),
        (
            {"policy": POLICY.format("<KeyUsage>CR</KeyUsage>")},
            "The token's policy does not allow codes.",
        ),
        (
            {"policy": POLICY.format('<PINPolicy MinLength="4"/>')},
            "The token's policy has a rule that is not supported.",
        ),
        (
            {"policy": POLICY.format("<NumberOfTransactions>9</NumberOfTransactions>")},
            "The token's policy has a rule that is not supported.",
        ),
    ],
    ids=str,
)
def test_every_mistake_is_said_with_the_line_of_its_key(changed: dict[str, str], said: str) -> None:
    wrong = token(**{"secret": SECRET, **changed})
    content = container(token(OTHER, serial="B1"), wrong)
    assert mistakes(content) == [(9, said)]


def test_a_serial_number_and_a_secret_are_there_once() -> None:
    assert mistakes(container(token(SECRET), token(SECRET))) == [
        (9, "The serial number is in line 5 already."),
        (9, "The secret is in line 5 already."),
    ]
    one_line = container(token(SECRET), token(SECRET)).replace("\n", "")
    assert [line for line, _said in mistakes(one_line)] == [1, 1], "a file may be one line"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<KeyContainer>", (1, "From here on, the XML cannot be read.")),
        ("\n\n<a><b></a>", (3, "From here on, the XML cannot be read.")),
        ("<KeyContainer/>", (1, "This is not a PSKC file (RFC 6030).")),
        (f'<x xmlns="{pskc.SPACE}"/>', (1, "This is not a PSKC file (RFC 6030).")),
        (container(), (1, "It contains no token.")),
    ],
)
def test_what_is_no_file_of_tokens_is_refused(content: str, said: tuple[int, str]) -> None:
    assert mistakes(content) == [said]


def test_a_file_that_was_pasted_or_says_another_encoding_is_read() -> None:
    body = container(token(SECRET))
    for head in (
        "\ufeff",
        "\n \n",
        '<?xml version="1.0" encoding="UTF-16"?>',
        "\ufeff\n<?xml version='1.0'?>\n",
    ):
        (row,) = rows(head + body)
        assert row.line == 5 + head.count("\n")
        assert pskc.is_pskc(head + body)
    assert not pskc.is_pskc("serial,secret")


def test_there_is_an_end_to_what_is_read() -> None:
    many = (token(plain(n.to_bytes(20, "big")), serial=str(n)) for n in range(MOST_ROWS + 1))
    assert mistakes(container(*many))[0][1] == "There are more than 5,000 tokens."
    huge = container(token(SECRET)) + " " * (8 * 1024 * 1024)
    assert mistakes(huge) == [(1, "The file is larger than 8 MiB.")]


@given(st.text() | st.text(alphabet='<>/&;KeyContainer \n"=').map("<".__add__))
def test_no_text_breaks_it_or_is_repeated(text: str) -> None:
    assert pskc.read_pskc(text, now=NOW).mistakes
