"""What is listed is described: events, settings, system checks."""

from __future__ import annotations

import ast
import re
from collections import Counter

from otpguard.core import events
from otpguard.core.events.base import CATALOG, Event
from tests.house.source import PACKAGE, last_name, modules, place, tree

CODES = PACKAGE / "checks" / "codes.py"
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
CHECK_ID = re.compile(r"otpguard\.[EWI]\d{3}")
MESSAGES = frozenset({"Critical", "Error", "Warning", "Info", "CheckMessage"})


# --- events ------------------------------------------------------------------------------------


def test_an_event_has_a_code_a_label_a_mapping_and_a_docstring() -> None:
    for kind in CATALOG:
        assert CODE.fullmatch(kind.code), kind
        assert kind.label.strip(), kind
        assert kind.ocsf.class_uid > 0, kind
        assert kind.ocsf.activity > 0, kind
        docstring = kind.__doc__ or ""
        # A dataclass without one is given its own signature.
        assert docstring, kind
        assert not docstring.startswith(f"{kind.__name__}("), kind


def test_every_event_class_is_in_the_catalog() -> None:
    declared = {
        value
        for subject in events.__all__
        for value in vars(getattr(events, subject)).values()
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
        node for node in tree(PACKAGE / "conf" / "schema.py").body if isinstance(node, ast.ClassDef)
    ]
    (settings,) = [node for node in classes if node.name == "Settings"]
    assert any(isinstance(node, ast.AnnAssign) for node in settings.body)
    assert undescribed(settings.body) == []


def test_the_law_sees_a_setting_without_words() -> None:
    source = 'a: int = 1\n"""Words."""\nb: int = 2\nc: int = 3\n" "'
    assert undescribed(ast.parse(source).body) == ["b", "c"]


# --- system checks -----------------------------------------------------------------------------


def codes_table() -> list[tuple[str, ast.expr]]:
    """The entries of `otpguard.checks.codes.CODES` as written, doubles included."""
    for node in tree(CODES).body:
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
        for path in modules(PACKAGE)
        if path != CODES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHECK_ID.fullmatch(node.value)
    }
    assert given == {number for number, _ in codes_table()}


def unnumbered(module: ast.AST) -> list[ast.Call]:
    """Check messages made without an id."""
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and last_name(node.func) in MESSAGES
        and "id" not in {keyword.arg for keyword in node.keywords}
    ]


def test_no_check_message_goes_without_a_number() -> None:
    found = [
        place(path, node) for path in modules(PACKAGE / "checks") for node in unnumbered(tree(path))
    ]
    assert found == []


def test_the_law_sees_a_message_without_a_number() -> None:
    assert unnumbered(ast.parse("checks.Error('wrong', hint='mend it')"))
    assert not unnumbered(ast.parse("Warning('wrong', id='otpguard.W001')"))
