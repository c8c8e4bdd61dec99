"""The blocks of the README's quick start, as they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

from tests.house.source import ROOT

HEADING = "## Five minutes to your own project"

_FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_CAPTION = re.compile(r"# (\S+\.py)(?:, at the end)?\n")


@dataclass(frozen=True)
class Paste:
    """Lines that belong at the end of a file of the reader's project."""

    file: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Those that a reader would count: no blank ones, and no comments."""
        return [line for line in self.text.splitlines() if line and not line.startswith("#")]


def quick_start() -> str:
    """The chapter, as it stands."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.partition(HEADING)[2].partition("\n## ")[0]


def pastes() -> list[Paste]:
    """What is to be pasted, in order: blocks of Python that begin with the name of a file."""
    blocks = [dedent(body) for kind, body in _FENCE.findall(quick_start()) if kind == "python"]
    captions = [(_CAPTION.match(block), block) for block in blocks]
    return [Paste(found[1], block) for found, block in captions if found]


def commands() -> list[list[str]]:
    """What is to be typed after it, in order, without `python`."""
    blocks = [dedent(body) for kind, body in _FENCE.findall(quick_start()) if kind == "sh"]
    return [line.split()[1:] for block in blocks for line in block.splitlines()]
