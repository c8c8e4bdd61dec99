"""No text that people read on our pages or in our messages has a word of the trade in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.plain_words import FOR_OPERATORS, JARGON
from tests.po_files import CATALOGS, Entry, entries


def is_for_people(entry: Entry) -> bool:
    """True for a text that anyone but operators reads."""
    return not all(source.startswith(FOR_OPERATORS) for source in entry.sources or ("",))


def jargon(source: str, language: str) -> list[tuple[str, str]]:
    """The texts of a catalog, with their translations, in which either has such a word."""
    return [
        pair
        for entry in entries(source)
        if is_for_people(entry)
        for pair in entry.pairs
        if JARGON["en"].search(pair[0]) or JARGON[language].search(pair[1])
    ]


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parents[1].name)
def test_people_read_plain_words(path: Path) -> None:
    assert jargon(path.read_text(encoding="utf-8"), path.parents[1].name) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("#: web/messages.py", 2),
        ("#: admin/factor.py web/messages.py", 2),
        ("#: admin/factor.py", 0),
    ],
)
def test_the_law_sees_both_languages_and_lets_operators_be(source: str, found: int) -> None:
    said = [("This factor is locked.", "Gesperrt."), ("It is locked.", "Der Faktor ist gesperrt.")]
    text = "\n\n".join(f'{source}\nmsgid "{one}"\nmsgstr "{other}"' for one, other in said)
    assert len(jargon(text, "de")) == found


def test_the_words_are_seen_as_words() -> None:
    assert JARGON["en"].search("needs AAL2")
    assert JARGON["en"].search("one more proof")
    assert not JARGON["en"].search("waterproof improvements approve the benefactor")
