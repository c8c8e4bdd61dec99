"""Members as CSV: what people's spreadsheets write is read, and each mistake has its line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from otpguard.core.member_csv import MemberLine, read_members

HEAD = "organization,email,roles\n"


def read(text: str) -> list[MemberLine]:
    return list(read_members(text.splitlines(keepends=True)))


def test_a_line_says_who_is_what_where() -> None:
    assert read(HEAD + "acme,ada@example.com,admin member\n") == [
        MemberLine(line=2, tenant="acme", email="ada@example.com", roles=("admin", "member"))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\ufefforganization,email,roles\r\nacme,ada@example.com,admin\r\n",
        "Organization;E-Mail;Roles\nacme;ada@example.com;admin".replace("E-Mail", "Email"),
        "roles,email,organization\nadmin,ada@example.com,acme\n",
        f"\n\n{HEAD}\n acme , ada@example.com ,admin\n\n",
        'organization,email,roles\n"acme","ada@example.com","admin,admin"\n',
        "organization,email,roles\nacme,ada@example.com,admin|admin\n",
    ],
)
def test_a_mark_semicolons_any_order_and_empty_lines_are_read(text: str) -> None:
    [line] = read(text)
    assert (line.tenant, line.email, line.roles, line.mistake) == (
        "acme",
        "ada@example.com",
        ("admin",),
        "",
    )


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [
        ("", 1, "nothing in the file"),
        ("\n \n", 1, "nothing in the file"),
        ("acme,ada@example.com,admin\n", 1, "must name these columns"),
        ("\n\nacme,ada@example.com,admin\n", 3, "must name these columns"),
        ("organization,email\nacme,a@b.c\n", 1, "must name these columns"),
        ("organization,email,roles,roles\n", 1, "must name these columns"),
        (HEAD + "acme,a@b.c,admin,member\n", 2, "3 cells, not 4"),
        (HEAD + "acme,a@b.c\n", 2, "3 cells, not 2"),
        (HEAD + ",a@b.c,admin\n", 2, "`organization` is missing"),
        (HEAD + "acme,,admin\n", 2, "`email` is missing"),
        (HEAD + "acme,a\0@b.c,admin\n", 2, "plain characters"),
        (HEAD + f"acme,{'a' * 256},admin\n", 2, "plain characters"),
        (HEAD + "acme,a@b.c,Admin\n", 2, "“Admin” is not a role name"),
        (HEAD + "acme,a@b.c,member <b>\n", 2, "“<b>” is not a role name"),
        (HEAD + 'acme,a@b.c,member\n\nacme,"a"b,member\n', 4, "not valid CSV"),
    ],
)
def test_a_mistake_has_its_line(text: str, number: int, said: str) -> None:
    last = read(text)[-1]
    assert last.line == number
    assert said in last.mistake


def test_nothing_is_read_after_text_that_is_no_csv() -> None:
    found = read(HEAD + 'acme,"a"b,member\nacme,a@b.c,member\n')
    assert [bool(each.mistake) for each in found] == [True]


def test_lines_are_read_as_they_come() -> None:
    def endless() -> Iterator[str]:
        yield HEAD
        while True:
            yield "acme,a@b.c,member\n"

    assert [each.line for each in islice(read_members(endless()), 3)] == [2, 3, 4]
