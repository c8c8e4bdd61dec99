"""Run the Python of a page of the docs: each block that begins with the name of its file."""

from __future__ import annotations

import re
import sys
from types import ModuleType

from tests.house.source import ROOT

BLOCK = re.compile(r"^```python\n# ([\w/]+)\.py\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks_of(page: str) -> dict[str, str]:
    """The Python of a page by the dotted name of its module."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return {name.replace("/", "."): source for name, source in BLOCK.findall(text)}


def modules_of(page: str) -> dict[str, ModuleType]:
    """The modules of a page, imported in its order, so that a later block may import an earlier.

    They stay importable for the rest of the process, as the settings of an example ask for.
    """
    found = {}
    for name, source in blocks_of(page).items():
        module = ModuleType(name)
        package, _, last = name.rpartition(".")
        if package and package != "tests":
            parent = sys.modules.setdefault(package, ModuleType(package))
            setattr(parent, last, module)
            sys.modules[name] = module
        exec(compile(source, f"docs/{page}:{name}", "exec"), module.__dict__)
        found[name] = module
    return found
