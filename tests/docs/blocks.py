"""Blocks of a page that are files: each begins with its path, and perhaps "at the end"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CAPTION = re.compile(
    r"(?:# (?P<py>[\w/]+\.py)(?P<end>, at the end)?|\{# (?P<html>[\w/]+\.html) #\})\n"
)


@dataclass(frozen=True)
class Block:
    """The text of a file, or lines that belong at its end."""

    file: str
    text: str
    at_the_end: bool

    def apply(self, home: Path) -> None:
        """Write it below `home`. Raises AssertionError for a file that is there already."""
        path = home / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        assert path.exists() is self.at_the_end, f"{self.file}: say whether it is at the end"
        before = path.read_text("utf-8") + "\n" if self.at_the_end else ""
        path.write_text(before + self.text, encoding="utf-8")


def blocks_in(text: str) -> list[Block]:
    """The files of a page, in order."""
    found = []
    for _, body in _FENCE.findall(text):
        caption = _CAPTION.match(body)
        if caption:
            file = caption["py"] or caption["html"]
            found.append(Block(file, body, at_the_end=bool(caption["end"])))
    return found


def blocks_of(page: str) -> list[Block]:
    """The files of a page of the docs."""
    return blocks_in((ROOT / "docs" / page).read_text("utf-8"))
