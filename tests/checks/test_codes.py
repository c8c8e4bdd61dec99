"""Every numbered check has a project that triggers it and one that does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.checks import ERROR, WARNING, run_checks

from otpguard.checks.codes import CODES, error, text, warning

CASES = frozenset({"CASES", "DEPLOYED", "BARE", "URLS", "DATABASES", "RESOLVERS", "TABLES"})


def tried(source: str) -> Iterator[str]:
    """The numbers of the cases in a test module."""
    for node in ast.parse(source).body:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id in CASES
            and isinstance(node.value, ast.List)
        ):
            for case in node.value.elts:
                assert isinstance(case, ast.Tuple)
                yield str(ast.literal_eval(case.elts[0]))


def test_every_number_has_a_case_in_the_mirror_of_its_check() -> None:
    here = Path(__file__).parent
    found = {
        number
        for path in here.glob("test_*.py")
        for number in tried(path.read_text(encoding="utf-8"))
    }
    assert found == set(CODES)


def test_a_message_is_the_sentence_of_its_number_and_what_is_wrong_here() -> None:
    said = "A price in OTPGUARD is wrong. It is negative."
    assert text("otpguard.E031", "It is negative.") == said
    made = [error("otpguard.E031", "It is negative."), warning("otpguard.W031", "Set x.")]
    assert [(each.level, each.id) for each in made] == [
        (ERROR, "otpguard.E031"),
        (WARNING, "otpguard.W031"),
    ]
    assert made[0].msg == said


@pytest.mark.django_db
def test_the_test_project_itself_has_nothing_wrong() -> None:
    found = run_checks(databases=["default"])
    assert [message for message in found if str(message.id).startswith("otpguard.")] == []
