"""What is listed is described: events, settings, system checks."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from otpguard.core import events
from otpguard.core.events import CATALOG, Event
from tests.house.source import PACKAGE, last_name, tree

CODE = re.compile(r"[a-z_]+\.[a-z_]+")
CHECK_ID = re.compile(r"otpguard\.[EWI]\d{3}")
MESSAGES = frozenset({"Critical", "Error", "Warning", "Info", "CheckMessage"})


# --- events ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(CATALOG), ids=lambda kind: kind.code)
def test_an_event_has_a_code_a_label_a_mapping_and_a_docstring(kind: type[Event]) -> None:
    assert CODE.fullmatch(kind.code)
    assert kind.label.strip()
    assert kind.ocsf.class_uid > 0
    assert kind.ocsf.activity > 0
    docstring = kind.__doc__ or ""
    # A dataclass without one is given its own signature.
    assert docstring
    assert not docstring.startswith(f"{kind.__name__}(")


def test_every_event_class_is_in_the_catalog() -> None:
    declared = {
        value
        for value in vars(events).values()
        if isinstance(value, type) and issubclass(value, Event) and value is not Event
    }
    assert declared == set(CATALOG)


def test_no_two_events_share_a_label() -> None:
    assert [n for n, times in Counter(kind.label for kind in CATALOG).items() if times > 1] == []


# --- settings ----------------------------------------------------------------------------------


def undescribed(body: list[ast.stmt]) -> list[str]:
    """The fields of a class body that no string stands under."""
    missing = []
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        words = following.value if isinstance(following, ast.Expr) else None
        if not (
            isinstance(words, ast.Constant) and isinstance(words.value, str) and words.value.strip()
        ):
            missing.append(statement.target.id)
    return missing


def test_every_setting_is_described_under_it() -> None:
    classes = [
        node
        for node in tree(PACKAGE / "conf" / "__init__.py").body
        if isinstance(node, ast.ClassDef)
    ]
    (settings,) = [node for node in classes if node.name == "Settings"]
    assert any(isinstance(node, ast.AnnAssign) for node in settings.body)
    assert undescribed(settings.body) == []


def test_the_law_sees_a_setting_without_words() -> None:
    source = 'a: int = 1\n"""Words."""\nb: int = 2\nc: int = 3\n" "'
    assert undescribed(ast.parse(source).body) == ["b", "c"]


# --- system checks -----------------------------------------------------------------------------


def codes_table() -> list[tuple[str, ast.expr]]:
    """The entries of `otpguard.checks.CODES` as written, doubles included."""
    for node in tree(PACKAGE / "checks.py").body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if any(last_name(target) == "CODES" for target in targets):
            (table,) = [part for part in ast.walk(value) if isinstance(part, ast.Dict)]
            return [
                (str(ast.literal_eval(key)), text)
                for key, text in zip(table.keys, table.values, strict=True)
                if key is not None
            ]
    return []


def test_every_check_has_a_number_of_its_own_and_says_something() -> None:
    table = codes_table()
    assert table
    assert [number for number, _ in table if not CHECK_ID.fullmatch(number)] == []
    doubles = [n for n, times in Counter(number for number, _ in table).items() if times > 1]
    assert doubles == []
    silent = [n for n, text in table if isinstance(text, ast.Constant) and not text.value]
    assert silent == []


def test_every_number_a_check_gives_stands_in_the_table() -> None:
    given = {
        node.value
        for node in ast.walk(tree(PACKAGE / "checks.py"))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHECK_ID.fullmatch(node.value)
    }
    assert given <= {number for number, _ in codes_table()}


def test_no_check_message_goes_without_a_number() -> None:
    unnumbered = [
        node.lineno
        for node in ast.walk(tree(PACKAGE / "checks.py"))
        if isinstance(node, ast.Call)
        and last_name(node.func) in MESSAGES
        and "id" not in {keyword.arg for keyword in node.keywords}
    ]
    assert unnumbered == []
