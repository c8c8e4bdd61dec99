"""Links that GitHub follows out of docs/ lead to the page of this site that has the same text."""

from __future__ import annotations

from sphinx.application import Sphinx

PAGES = {
    "](../README.md)": "](quickstart.md)",
    "](../README.md#five-minutes-to-your-own-project)": "](quickstart.md)",
    "](../CHANGELOG.md)": "](changelog.md)",
}


def read(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Replace them in the text of one page."""
    for there, here in PAGES.items():
        source[0] = source[0].replace(there, here)


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx asks for this."""
    app.connect("source-read", read)
    return {"parallel_read_safe": True}
