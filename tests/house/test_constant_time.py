"""Secrets are compared in one place, in constant time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import PACKAGE, last_name, modules, place, tree

HOME = PACKAGE / "core" / "secrets.py"
SECRET_WORDS = frozenset({"digest", "hexdigest", "digits", "hmac", "mac", "otp", "token"})


def named(node: ast.AST, name: str) -> bool:
    """True when `node` is or brings in something of this name."""
    if isinstance(node, ast.alias):
        return node.name.rpartition(".")[2] == name
    return isinstance(node, ast.Name | ast.Attribute) and last_name(node) == name


def is_secret(node: ast.AST) -> bool:
    """True for a name whose last word is that of a secret; a bare `code` is one, `x.code` not.

    An attribute `code` is the stable word of an error, event or response. A name in capitals is
    a member of an enumeration.
    """
    name = last_name(node)
    if name.isupper():
        return False
    return name.lower().rpartition("_")[2] in SECRET_WORDS or (
        isinstance(node, ast.Name) and name == "code"
    )


def naive_comparisons(module: ast.AST) -> Iterator[ast.Compare]:
    """`==` and `!=` between a secret and something not written out in the source."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        open_word = any(
            isinstance(side, ast.Constant)
            or last_name(side).isupper()
            or (isinstance(side, ast.Attribute) and side.attr == "code")
            for side in sides
        )
        if (
            any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
            and any(map(is_secret, sides))
            and not open_word
        ):
            yield node


def test_compare_digest_is_called_in_one_place_only() -> None:
    found = {
        path
        for path in modules(PACKAGE)
        for node in ast.walk(tree(path))
        if named(node, "compare_digest") or named(node, "constant_time_compare")
    }
    assert found == {HOME}


def test_no_secret_is_compared_by_an_equals_sign() -> None:
    found = [
        place(path, node) for path in modules(PACKAGE) for node in naive_comparisons(tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "answer == code",
        "body_digest(form) != kept.digest",
        "row.mac == expected",
        "token == request.POST['token']",
        "mac.hexdigest() == given",
        "typed == self.code_digits",
    ],
)
def test_the_law_sees_a_naive_comparison(line: str) -> None:
    assert list(naive_comparisons(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "response.status_code == 401",
        "error.code == 'store_unavailable'",
        "event.code == code",
        "number.country_code == other.country_code",
        "token == ''",
        "method is Method.TOTP",
        "kind == Kind.TOKEN",
        "len(digits) > 6",
        "same(answer, code)",
    ],
)
def test_the_law_lets_words_that_are_no_secrets_be(line: str) -> None:
    assert not list(naive_comparisons(ast.parse(line)))
