"""The menu of the site: each table of the index that links pages is a group, in its order.

GitHub shows the tables; nothing has to be listed twice.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

MOST = 8
"""Entries of a group: more is not read, it is searched."""

_GROUP = re.compile(r"^## (.+)$", re.MULTILINE)
_PAGE = re.compile(r"^\| \[[^\]]+\]\(([\w-]+)\.md\) \|", re.MULTILINE)


def groups(index: str) -> dict[str, list[str]]:
    """The pages of each group. Raises ValueError for one that is too large."""
    _, *parts = _GROUP.split(index)
    found = {name: _PAGE.findall(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}
    for name, pages in found.items():
        if len(pages) > MOST:
            raise ValueError(f"{name} has {len(pages)} pages; {MOST} is the most")
    return {name: pages for name, pages in found.items() if pages}


class Navigation(SphinxDirective):
    """A hidden table of contents for each group."""

    def run(self) -> list[nodes.Node]:
        """For the page that it stands on."""
        text = Path(self.get_source_info()[0]).read_text(encoding="utf-8")
        lines: list[str] = []
        for name, pages in groups(text).items():
            lines += ["```{toctree}", ":hidden:", f":caption: {name}", "", *pages, "```", ""]
        box = nodes.container()
        self.state.nested_parse(StringList(lines, "navigation"), 0, box)
        return box.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx asks for this."""
    app.add_directive("navigation", Navigation)
    return {"parallel_read_safe": True}
