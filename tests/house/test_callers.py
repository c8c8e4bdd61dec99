"""A public function has a caller in production, or stands in the porch: the tests are none.

Names tell who calls whom. A method counts as called where its name is used at all, in Python or in
a template, and where it overrides one of a framework.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from tests.house.calls import Name, imported, module_name, named_in, parsed, top_functions
from tests.house.source import DEMO, PACKAGE, Function, last_name, modules, place, tree

PORCH = re.compile(
    r"otpguard\.(provisioning|keys|host_events|client)|otpguard\.(testing|contrib)(\.\w+)?"
)
"""Hosts call what stands here, and all that an `__init__` brings in; of a contract suite, pytest
calls the methods."""

REGISTERING = frozenset({"shared_task", "inclusion_tag", "simple_tag", "filter", "receiver"})
"""Decorators that give a function to a framework, which calls it."""

HOOKS = re.compile(
    r"clean_\w+|process_(view|exception)|from_db_value|(get_by_)?natural_key|do_(GET|POST)"
)
"""Methods that Django or http.server finds by their names alone."""


def uncalled(modules_: Iterable[tuple[str, ast.Module]]) -> set[Name]:
    """The public functions of these modules that none of them names."""
    known = list(modules_)
    packages = {name.rpartition(".")[0] for name, _module in known}
    called = {
        each
        for name, module in known
        for each in _named(name, module, is_porch=name in packages or bool(PORCH.fullmatch(name)))
    }
    return {
        (name, function.name)
        for name, module in known
        for function in top_functions(module)
        if not PORCH.fullmatch(name)
        and not function.name.startswith("_")
        and not REGISTERING.intersection(map(last_name, function.decorator_list))
    } - called


def _named(name: str, module: ast.Module, *, is_porch: bool) -> Iterator[Name]:
    """All that a module names: outside its functions, in each but the function itself, by path."""
    for node in module.body:
        found = set(named_in(node, module, name))
        yield from found - {(name, node.name)} if isinstance(node, Function) else found
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            path, dot, last = node.value.rpartition(".")
            if dot:
                yield path, last
    if is_porch:
        yield from imported(module).values()


def unused_methods(classes: Iterable[ast.ClassDef], words: set[str]) -> list[str]:
    """The public methods whose name is not among the words that are used anywhere."""
    return [
        f"{each.name}.{method.name}"
        for each in classes
        for method in each.body
        if isinstance(method, Function)
        and not method.name.startswith("_")
        and method.name not in words
        and not HOOKS.fullmatch(method.name)
    ]


@cache
def words_used() -> frozenset[str]:
    """Each attribute that Python code takes, each short text, and each word of a template."""
    words: set[str] = set()
    for path in modules(PACKAGE, DEMO):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.update(re.findall(r"\w+", node.value) if len(node.value) < 60 else ())
    for path in [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.txt")]:
        words.update(re.findall(r"\w+", path.read_text("utf-8")))
    return frozenset(words)


def is_of_a_framework(module: str, qualified: str) -> bool:
    """True when a class beyond this project has that method as well."""
    name, _, method = qualified.partition(".")
    found = getattr(import_module(module), name, None)
    return any(
        method in vars(base)
        for base in getattr(found, "__mro__", ())
        if not base.__module__.startswith("otpguard")
    )


def test_every_public_function_has_a_caller_in_production() -> None:
    assert uncalled(parsed(modules(PACKAGE, DEMO))) & set(_of_the_package()) == set()


def _of_the_package() -> Iterator[Name]:
    for name, module in parsed(modules(PACKAGE)):
        yield from ((name, function.name) for function in top_functions(module))


def test_every_public_method_is_used_in_production(settings: Any) -> None:
    # What stands over a library's models can be read only where its apps are installed.
    libraries = ("allauth", "allauth.account", "allauth.socialaccount")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "allauth.account.middleware.AccountMiddleware"]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, *libraries]
    found = [
        f"{place(path)} {method}"
        for path in modules(PACKAGE)
        if not PORCH.fullmatch(module_name(path))
        for method in unused_methods(
            (node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)),
            set(words_used()),
        )
        if not is_of_a_framework(module_name(path), method)
    ]
    assert found == []


OTHER = {
    "by name": "from otpguard.a import act\ndef run():\n    act()",
    "by another name": "from otpguard.a import act as do\ndo()",
    "by its module": "from otpguard import a\ndef run():\n    a.act()",
    "without a call": "from otpguard.a import act\nTABLE = {'x': act}",
    "by its path": "ON_READY = ['otpguard.a.act']",
}


@pytest.mark.parametrize("source", OTHER.values(), ids=OTHER)
def test_the_law_lets_be_what_another_module_names(source: str) -> None:
    known = [("otpguard.a", ast.parse("def act():\n    pass")), ("otpguard.b", ast.parse(source))]
    assert ("otpguard.a", "act") not in uncalled(known)


@pytest.mark.parametrize(
    "source",
    [
        "def act():\n    pass",
        "def act():\n    return act()",
        "def act():\n    pass\ndef run(act):\n    act()",
        "import otpguard.b\ndef act():\n    otpguard.b.act()",
    ],
)
def test_the_law_sees_a_function_that_nobody_calls_but_itself(source: str) -> None:
    other = ("otpguard.b", ast.parse("from otpguard.a import act"))
    assert ("otpguard.a", "act") in uncalled([("otpguard.a", ast.parse(source)), other])


@pytest.mark.parametrize(
    "source",
    [
        "@shared_task(name='x')\ndef act():\n    pass",
        "@register.simple_tag\ndef act():\n    pass",
        "def _act():\n    pass",
        "def act():\n    pass\nact()",
    ],
)
def test_the_law_lets_be_what_a_framework_or_its_own_module_calls(source: str) -> None:
    assert uncalled([("otpguard.a", ast.parse(source))]) == set()


@pytest.mark.parametrize("porch", ["otpguard.provisioning", "otpguard"])
def test_what_stands_in_the_porch_is_for_hosts_and_so_is_what_it_brings_in(porch: str) -> None:
    known = [
        ("otpguard.a", ast.parse("def act():\n    pass")),
        (porch, ast.parse("from otpguard.a import act")),
    ]
    assert uncalled(known) == set()
    assert uncalled([("otpguard.testing", ast.parse("def make():\n    pass"))]) == set()


def test_the_law_sees_a_method_that_is_named_nowhere() -> None:
    source = (
        "class A:\n    def used(self): ...\n    def unused(self): ...\n    def clean_x(self): ..."
    )
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    assert unused_methods(classes, {"used"}) == ["A.unused"]
    assert is_of_a_framework("otpguard.forms.policy", "PolicyForm.clean")
    assert not is_of_a_framework("otpguard.forms.policy", "PolicyForm.wish")
