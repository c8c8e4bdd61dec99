"""What README and docs import exists: a stranger pastes these lines first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.house.source import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^ *```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
IMPORT = re.compile(r"^ *(from otpguard[\w.]* import [\w, ]+)", re.MULTILINE)


def imports() -> Iterator[tuple[str, str, str]]:
    """Page, module and name of each import from otpguard."""
    for page in PAGES:
        for block in BLOCK.findall(page.read_text("utf-8")):
            for line in IMPORT.findall(block):
                (found,) = ast.parse(line).body
                assert isinstance(found, ast.ImportFrom)
                for name in found.names:
                    yield page.name, str(found.module), name.name


@pytest.mark.parametrize(("page", "module", "name"), sorted(set(imports())))
def test_an_import_of_a_page_works(page: str, module: str, name: str) -> None:
    assert hasattr(import_module(module), name), f"{page}: {module} has no {name}"


def test_pages_do_import_from_otpguard() -> None:
    assert ("README.md", "otpguard.provisioning", "create_tenant") in imports()
