"""The words of the house as they are written: names that it gives, and sentences for people."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from tests.house.source import DEMO, PACKAGE, ROOT, TESTS, Function, last_name, modules, tree

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[^A-Za-z0-9]+")
_CODE_STRING = re.compile(r"[A-Za-z][\w.:/{}<>-]*")
_PY_DIRECTIVE = re.compile(r"#\s*(noqa|type:|pragma|fmt:)")
_GETTEXT = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"})
_TAG = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_TRANSLATED = re.compile(r"{%\s*(?:translate|trans)\s+(?:\"([^\"]*)\"|'([^']*)')")
_CODE_BLOCK = re.compile(r"^ *(```|~~~).*?^ *\1", re.DOTALL | re.MULTILINE)
_CODE_SPAN = re.compile(r"`[^`]+`")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w*}")
_LINK_TARGET = re.compile(r"\]\([^)\s]*\)|<https?:[^>]*>|https?://\S+")


@dataclass(frozen=True, slots=True)
class Said:
    """A name or a sentence, and where it stands."""

    text: str
    at: str


def spelled(name: str) -> str:
    """A name as lower-case words: `KeptForm`, `kept-form` and `kept_form` are all `kept_form`."""
    return _NO_WORD.sub("_", _CAPITAL.sub("_", name)).strip("_").lower()


# --- Python --------------------------------------------------------------------------------------


def given_names(module: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a file gives: what it defines or assigns, not what it only calls."""
    for node in ast.walk(module):
        if isinstance(node, Function | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, node.lineno
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr, node.lineno


def function_names(module: ast.AST) -> Iterator[tuple[str, int]]:
    """The names of functions and methods."""
    for node in ast.walk(module):
        if isinstance(node, Function):
            yield node.name, node.lineno


def strings(module: ast.AST) -> Iterator[tuple[str, int]]:
    """Every string, docstrings and the parts of f-strings included."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


def translated(module: ast.AST) -> Iterator[tuple[str, int]]:
    """Strings that are marked for translation: people read them, however short they are."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and last_name(node.func) in _GETTEXT:
            for part in node.args:
                yield from strings(part)


def codes(module: ast.AST) -> Iterator[tuple[str, int]]:
    """Strings that are names: event codes, URL names, columns, constraints, keys."""
    for_people = set(translated(module))
    for text, line in strings(module):
        if _CODE_STRING.fullmatch(text) and (text, line) not in for_people:
            yield text, line


def comments(source: str) -> Iterator[tuple[str, int]]:
    """Comments that are sentences, not orders to a tool."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not _PY_DIRECTIVE.match(token.string):
            yield token.string.lstrip("# "), token.start[0]


def python_prose(source: str, module: ast.Module) -> Iterator[tuple[str, int]]:
    """Docstrings, messages and comments, code spans left out."""
    for_people = set(translated(module))
    for text, line in strings(module):
        if " " in text or (text, line) in for_people:
            yield without_code(text), line
    for text, line in comments(source):
        yield without_code(text), line


# --- templates, pages, catalogs, scripts ---------------------------------------------------------


class _Page(HTMLParser):
    """Visible text and the names in attributes of a page whose template tags are gone."""

    NAMED = frozenset({"id", "class", "name", "for", "aria-describedby", "aria-labelledby"})
    READ = frozenset({"title", "alt", "placeholder", "aria-label"})

    def __init__(self) -> None:
        super().__init__()
        self.names: list[tuple[str, int]] = []
        self.prose: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        for key, value in attrs:
            if value and (key in self.NAMED or key.startswith("data-")):
                self.names += [(name, line) for name in (key, *value.split())]
            elif value and key in self.READ:
                self.prose.append((value, line))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.prose.append((data, self.getpos()[0]))


def blank(found: re.Match[str]) -> str:
    """Nothing in the place of a match, line ends kept."""
    return "\n" * found[0].count("\n") or " "


def template_names(source: str) -> Iterator[tuple[str, int]]:
    """Ids, classes, field names and what template tags name, such as URLs."""
    page = _Page()
    page.feed(_TAG.sub(blank, source))
    yield from page.names
    for tag in re.finditer(r"{%\s*(\w+)(.*?)%}", source, re.DOTALL):
        if tag[1] not in {"translate", "trans", "comment"}:
            line = source.count("\n", 0, tag.start()) + 1
            for quoted in _QUOTED.finditer(tag[2]):
                name = quoted[1] or quoted[2] or ""
                if _CODE_STRING.fullmatch(name):
                    yield name, line


def template_prose(source: str) -> Iterator[tuple[str, int]]:
    """What people read on a page, translated or not."""
    page = _Page()
    page.feed(_TAG.sub(blank, source))
    yield from page.prose
    for found in _TRANSLATED.finditer(source):
        yield found[1] or found[2] or "", source.count("\n", 0, found.start()) + 1


def without_code(text: str) -> str:
    """Prose without what is in back quotes, targets of links and placeholders."""
    for code in (_CODE_BLOCK, _CODE_SPAN, _LINK_TARGET, _PLACEHOLDER):
        text = code.sub(blank, text)
    return text


def page_prose(source: str) -> Iterator[tuple[str, int]]:
    """The sentences of a Markdown page, line by line."""
    for number, line in enumerate(without_code(source).splitlines(), start=1):
        yield line, number


def page_names(source: str) -> Iterator[tuple[str, int]]:
    """The names in code spans of a Markdown page."""
    for span in _CODE_SPAN.finditer(_CODE_BLOCK.sub(blank, source)):
        line = source.count("\n", 0, span.start()) + 1
        for name in re.findall(r"[A-Za-z_][\w-]*", span[0]):
            yield name, line


def catalog_prose(source: str) -> Iterator[tuple[str, int]]:
    """The English of a catalog: each msgid and msgid_plural."""
    for found in re.finditer(r'^msgid(?:_plural)? ((?:".*"\n)+)', source, re.MULTILINE):
        text = "".join(ast.literal_eval(part) for part in found[1].splitlines())
        if text:
            yield without_code(text), source.count("\n", 0, found.start()) + 1


def script_names(source: str) -> Iterator[tuple[str, int]]:
    """What a script or style sheet names."""
    for number, line in enumerate(source.splitlines(), start=1):
        for name in re.findall(
            r"(?:const|let|var|function|class)\s+([A-Za-z_]\w*)|\.([a-z][\w-]+)", line
        ):
            yield name[0] or name[1], number


# --- the whole house -----------------------------------------------------------------------------


def _files(*patterns: str) -> Iterator[Path]:
    for room in (PACKAGE, DEMO):
        for pattern in patterns:
            yield from sorted(room.rglob(pattern))


def _pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _at(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


def names() -> Iterator[Said]:
    """Every name that the package, the demo and the pages give or use as their own."""
    for path in modules(PACKAGE, DEMO):
        for name, line in (*given_names(tree(path)), *codes(tree(path))):
            yield Said(name, _at(path, line))
    for path in _files("*.html", "*.txt"):
        for name, line in template_names(path.read_text(encoding="utf-8")):
            yield Said(name, _at(path, line))
    for path in _files("*.js"):
        for name, line in script_names(path.read_text(encoding="utf-8")):
            yield Said(name, _at(path, line))
    for path in _pages():
        for name, line in page_names(path.read_text(encoding="utf-8")):
            yield Said(name, _at(path, line))


def functions() -> Iterator[Said]:
    """The names of the functions of the package and the demo."""
    for path in modules(PACKAGE, DEMO):
        for name, line in function_names(tree(path)):
            yield Said(name, _at(path, line))


def files() -> Iterator[Said]:
    """The names of the files and folders of the package and the demo."""
    for room in (PACKAGE, DEMO):
        for path in sorted(room.rglob("*")):
            if "__pycache__" not in path.parts and "migrations" not in path.parts:
                yield Said(path.stem, path.relative_to(ROOT).as_posix())


def prose() -> Iterator[Said]:
    """Every sentence: docstrings, comments, messages, pages, templates, catalogs; of tests too.

    Less those of this folder, which names the words that are not used.
    """
    tests = [path for path in modules(TESTS) if path.parent != Path(__file__).parent]
    for path in (*modules(PACKAGE, DEMO), *tests):
        for text, line in python_prose(path.read_text(encoding="utf-8"), tree(path)):
            yield Said(text, _at(path, line))
    for path in _pages():
        for text, line in page_prose(path.read_text(encoding="utf-8")):
            yield Said(text, _at(path, line))
    yield from prose_for_people()


def prose_for_people() -> Iterator[Said]:
    """The sentences that users of the host read: templates and catalogs."""
    for path in _files("*.html", "*.txt"):
        for text, line in template_prose(path.read_text(encoding="utf-8")):
            yield Said(text, _at(path, line))
    for path in _files("*.po"):
        for text, line in catalog_prose(path.read_text(encoding="utf-8")):
            yield Said(text, _at(path, line))
