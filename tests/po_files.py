"""The message catalogs as text: what stands in a .po file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.house.source import PACKAGE

CATALOGS = sorted((PACKAGE / "locale").glob("*/LC_MESSAGES/django.po"))
LANGUAGES = ["en", *(path.parents[1].name for path in CATALOGS)]
"""English, in which the texts are written, and those it is translated to."""

LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) )?(".*")')


@dataclass
class Entry:
    """One message of a .po file; `parts` by keyword, as in "msgid" or "msgstr[0]". `sources` are
    the files of the package that say it."""

    fuzzy: bool = False
    sources: tuple[str, ...] = ()
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the compiled catalog calls it."""
        context = self.parts.get("msgctxt")
        return self.parts["msgid"] if context is None else f"{context}\x04{self.parts['msgid']}"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each translation with the English text that it stands for."""
        plural = self.parts.get("msgid_plural", "")
        return [
            (self.parts["msgid"] if keyword in {"msgstr", "msgstr[0]"} else plural, text)
            for keyword, text in self.parts.items()
            if keyword.startswith("msgstr")
        ]


def entries(source: str) -> Iterator[Entry]:
    """The messages of a .po file, without its header and what is obsolete."""
    for block in re.split(r"\n{2,}", source):
        entry, keyword = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#: "):
                entry.sources += tuple(line.removeprefix("#: ").split())
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
            if found := LINE.fullmatch(line):
                keyword = found[1] or keyword
                text = ast.literal_eval(found[2])
                entry.parts[keyword] = entry.parts.get(keyword, "") + text
        if entry.parts.get("msgid"):
            yield entry
