"""The catalog of problem codes is complete: what is sent is in it."""

from __future__ import annotations

import ast

import pytest
from rest_framework import exceptions

from otpguard.core.decision import Reason
from otpguard.core.problem_codes import (
    FROM_EMBEDDED_FORMS,
    FROM_GUARDS,
    FROM_PAGES,
    FROM_THE_API,
)
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.http.problems import STATUS_OF
from tests.house.source import PACKAGE, last_name, modules, tree

ALL = {**FROM_GUARDS, **FROM_THE_API, **FROM_PAGES, **FROM_EMBEDDED_FORMS}


def codes_in(node: ast.AST) -> list[str]:
    """The texts that are given as `code` to `problem` beneath this node."""
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
    given = [call.args[1] for call in calls if last_name(call) == "problem" and len(call.args) > 1]
    return [
        text.value
        for each in given
        for text in ast.walk(each)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    ]


def test_every_code_that_is_written_out_is_in_the_catalog() -> None:
    found = {code for path in modules(PACKAGE) for code in codes_in(tree(path))}
    assert found >= {"step_up_required", "enrollment_required", "checkpoint_held", "not_found"}
    assert sorted(found - ALL.keys()) == []


NO_DOCUMENT = {"by_command.py"}
"""Files that refuse a command: no problem document tells of it."""


def test_every_reason_to_deny_is_in_the_catalog_with_its_status() -> None:
    denied = {
        last_name(word.value)
        for path in modules(PACKAGE)
        if path.name not in NO_DOCUMENT
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and last_name(call) == "Deny"
        for word in call.keywords
    }
    assert {"NO_TENANT", "STORE_UNAVAILABLE"} <= denied
    for name in denied:
        reason = Reason[name]
        assert FROM_GUARDS[reason].statuses == (STATUS_OF.get(reason, 403),)


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ParseError,
        exceptions.AuthenticationFailed,
        exceptions.NotAuthenticated,
        exceptions.PermissionDenied,
        exceptions.NotFound,
        exceptions.MethodNotAllowed,
        exceptions.NotAcceptable,
        exceptions.UnsupportedMediaType,
        exceptions.Throttled,
    ],
)
def test_every_error_of_the_framework_is_in_the_catalog(
    error: type[exceptions.APIException],
) -> None:
    assert error.status_code in FROM_THE_API[error.default_code].statuses


def test_every_error_that_a_view_of_the_api_answers_is_in_the_catalog() -> None:
    assert {each.code for each in (InvalidInput, NotAllowed)} <= FROM_THE_API.keys()


def test_the_search_finds_what_is_given() -> None:
    assert codes_in(ast.parse('problem(404, "x" if a else "y", "T")\nother(1, "z")')) == ["x", "y"]
