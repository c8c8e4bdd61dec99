"""Whatever the source marks for translation stands in every catalog, ours or Django's own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import django
import pytest
from django.utils.translation.template import templatize

from tests.house.source import PACKAGE, last_name, modules
from tests.po_files import CATALOGS, entries

IN_CONTEXT = frozenset({"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"})
MARKING = IN_CONTEXT | {
    *("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"),
}
OF_DJANGO = ("conf", "contrib/admin", "contrib/auth")
TEMPLATES = sorted(path for path in (PACKAGE / "templates").rglob("*") if path.is_file())
CALL = re.compile(rf"\b(?:{'|'.join(sorted(MARKING, key=len, reverse=True))})\((?=u?['\"])")


def marked_in(source: str) -> Iterator[str]:
    """The literal texts that Python source marks, in the order of lines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and last_name(node) in MARKING:
            text = node.args[1 if last_name(node) in IN_CONTEXT else 0] if node.args else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def marked_in_template(source: str) -> Iterator[str]:
    """The same of a template: Django turns its tags into calls, one after the other."""
    calls = templatize(source)
    for found in CALL.finditer(calls):
        depth, end = 0, found.end() - 1
        for end in range(found.end() - 1, len(calls)):
            depth += {"(": 1, ")": -1}.get(calls[end], 0)
            if depth == 0:
                break
        try:
            yield from marked_in(calls[found.start() : end + 1].replace("\n", " "))
        except SyntaxError:
            continue  # a parenthesis inside the text: the next tag says nothing of it


def known(catalog: Path) -> set[str]:
    """The texts of a catalog of ours, and of Django's own in the same language."""
    language = catalog.parents[1].name
    texts = {
        text
        for entry in entries(catalog.read_text(encoding="utf-8"))
        for keyword, text in entry.parts.items()
        if keyword in {"msgid", "msgid_plural"}
    }
    home = Path(django.__file__).parent
    for part in OF_DJANGO:
        with (home / part / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
            for key in vars(GNUTranslations(file))["_catalog"]:
                texts.add((key if isinstance(key, str) else key[0]).rpartition("\x04")[2])
    return texts


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.parents[1].name)
def test_every_marked_text_can_be_said_in_the_language(catalog: Path) -> None:
    texts = known(catalog)
    for path in modules(PACKAGE):
        missing = set(marked_in(path.read_text(encoding="utf-8"))) - texts - {""}
        assert not missing, (path, missing)
    for path in TEMPLATES:
        missing = set(marked_in_template(path.read_text(encoding="utf-8"))) - texts - {""}
        assert not missing, (path, missing)


def test_the_law_reads_calls_and_tags() -> None:
    source = 'x = _("one"), pgettext_lazy("where", "two"), ngettext("three", "threes", 3), _(name)'
    assert list(marked_in(source)) == ["one", "two", "three"]
    template = (
        '{% load i18n %}{% translate "four" %} {% translate "five" context "where" %}'
        "{% blocktranslate with a=b %}six {{ a }} (a){% endblocktranslate %}"
    )
    assert list(marked_in_template(template)) == ["four", "five", "six %(a)s (a)"]
