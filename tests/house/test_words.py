"""The word law: nothing in code, pages, templates and catalogs says what `words.py` rules out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from tests.house import vocabulary
from tests.house.vocabulary import Said, spelled
from tests.house.words import WORDS, Word

KINDS = ("name", "function", "file", "prose", "people")


@cache
def said(kind: str) -> tuple[Said, ...]:
    """Everything of one kind in the house, each text once a place."""
    source = {
        "name": vocabulary.names,
        "function": vocabulary.functions,
        "file": vocabulary.files,
        "prose": vocabulary.prose,
        "people": vocabulary.prose_for_people,
    }[kind]
    return tuple(dict.fromkeys(source()))


@cache
def compiled(word: Word, kind: str) -> re.Pattern[str]:
    pattern = str(getattr(word, kind))
    if kind in {"function", "file"}:
        return re.compile(rf"^(?:{pattern})$", re.IGNORECASE)
    if kind == "name":
        return re.compile(rf"(?:^|_)(?:{pattern})(?:_|$)")
    return re.compile(rf"(?<![\w%])(?:{pattern})(?!\w)", re.IGNORECASE)


def breaks(word: Word, kind: str, text: str) -> bool:
    """True when this text, of this kind, says the word."""
    if not getattr(word, kind):
        return False
    if kind in {"prose", "people"}:
        text = " ".join(text.split())
        for turn in word.allowed:
            text = text.replace(turn, "")
    elif text in word.allowed:
        return False
    return bool(compiled(word, kind).search(spelled(text) if kind == "name" else text))


def place_of(each: Said) -> str:
    """The file where it is said, whatever the line."""
    return each.at.partition(":")[0]


def violations(word: Word) -> Iterator[str]:
    """Where the house says the word, and how."""
    for kind in KINDS:
        for each in said(kind) if getattr(word, kind) else ():
            if place_of(each) not in word.allowed and breaks(word, kind, each.text):
                yield f'{each.at}: {kind} "{" ".join(each.text.split())[:80]}" (say: {word.say})'


def by_word(words: Iterable[Word]) -> dict[str, Word]:
    return {word.word: word for word in words}


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_something_to_read(kind: str) -> None:
    assert len(said(kind)) > 100


def test_a_word_has_one_row() -> None:
    assert len(by_word(WORDS)) == len(WORDS)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.word)
def test_the_house_does_not_say(word: Word) -> None:
    found = list(violations(word))
    assert found == [], "\n".join(found)


def test_the_law_sees_each_row_broken() -> None:
    for word in WORDS:
        kinds = [kind for kind in KINDS if getattr(word, kind)]
        assert kinds, word.word
        for example in word.wrong:
            assert any(breaks(word, kind, example) for kind in kinds), (word.word, example)
        for kind in kinds:
            assert any(breaks(word, kind, example) for example in word.wrong), (word.word, kind)


@pytest.mark.parametrize("word", [w for w in WORDS if w.allowed], ids=lambda word: word.word)
def test_what_is_allowed_is_still_said_and_has_its_reason(word: Word) -> None:
    for allowed, reason in word.allowed.items():
        assert reason
        assert any(
            allowed in (each.text, place_of(each))
            or (kind in {"prose", "people"} and allowed in " ".join(each.text.split()))
            for kind in KINDS
            if getattr(word, kind)
            for each in said(kind)
        ), f"{allowed} is said nowhere: take it off the list"
