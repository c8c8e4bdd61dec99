"""Every language says everything: no gaps, no guesses, no lost placeholders, nothing uncompiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import ngettext

from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.events.base import CATALOG
from otpguard.core.factor_kind import FactorKind
from otpguard.core.policy import RULES
from otpguard.core.shipped_kinds import SHIPPED
from otpguard.forms.policy import PolicyForm
from tests.po_files import CATALOGS, LANGUAGES, entries

KEPT = re.compile(r"%\(\w+\)[+]?[sd]|</?[a-z][^>]*>")
"""What a translation keeps as it is: placeholders and tags."""

NPLURALS = re.compile(r"nplurals=(\d+)")
BREAKS = re.compile(r"\S [:;?!»]|« ")
"""Where French has a space at which no line may end."""


def untranslated(source: str) -> list[str]:
    """The messages that lack a text or have only a guess."""
    return [
        entry.key
        for entry in entries(source)
        if entry.fuzzy or not entry.pairs or not all(text.strip() for _, text in entry.pairs)
    ]


def strayed(source: str) -> list[str]:
    """The messages that lose a placeholder or a tag on the way, or gain one."""
    return [
        entry.key
        for entry in entries(source)
        for english, text in entry.pairs
        if set(KEPT.findall(english)) != set(KEPT.findall(text))
    ]


def wrong_plurals(source: str) -> list[str]:
    """The messages with a plural that do not have one text for each number of the language."""
    found = NPLURALS.search(source)
    forms = [f"msgstr[{number}]" for number in range(int(found[1]))] if found else []
    return [
        entry.key
        for entry in entries(source)
        if "msgid_plural" in entry.parts
        and [keyword for keyword in entry.parts if keyword.startswith("msgstr")] != forms
    ]


def expected(source: str) -> dict[object, str]:
    """What the compiled catalog has to hold."""
    return {
        (entry.key, number) if "msgid_plural" in entry.parts else entry.key: text
        for entry in entries(source)
        for number, (_, text) in enumerate(entry.pairs)
    }


def compiled(path: Path) -> dict[object, str]:
    """What the compiled catalog beside a .po file holds, without the header."""
    with path.with_suffix(".mo").open("rb") as file:
        catalog: dict[object, str] = vars(GNUTranslations(file))["_catalog"]
    return {key: text for key, text in catalog.items() if key != ""}


def text(path: Path) -> str:
    """What stands in a catalog."""
    return path.read_text(encoding="utf-8")


def texts_of(kind: FactorKind) -> Iterator[str]:
    """What a kind of factor says to people; what it leaves empty is shown nowhere."""
    methods = [text for method in kind.methods for text in (method.label, method.shown)]
    yield from filter(None, [kind.label, kind.how, kind.why, kind.badge, *methods])


def marked() -> set[str]:
    """The texts that stand in declarations of the core."""
    return {
        *(kind.label for kind in CATALOG),
        *(checkpoint.label for checkpoint in BUILT_IN.values()),
        *(text for kind in SHIPPED.values() for text in texts_of(kind)),
        *(text for rule in RULES.values() for text in (rule.label, rule.help)),
        *(text for rule in RULES.values() for text in getattr(rule.values, "labels", {}).values()),
    }


by_language = pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parents[1].name)


def test_there_are_german_spanish_and_french() -> None:
    assert LANGUAGES == ["en", "de", "es", "fr"]


def test_every_language_has_the_same_messages() -> None:
    first, *others = ({each.key for each in entries(text(path))} for path in CATALOGS)
    for path, keys in zip(CATALOGS[1:], others, strict=True):
        assert first ^ keys == set(), path


@by_language
def test_every_message_is_translated(path: Path) -> None:
    assert untranslated(text(path)) == []


@by_language
def test_every_number_has_its_text(path: Path) -> None:
    assert wrong_plurals(text(path)) == []


@pytest.mark.parametrize(
    ("language", "none"), [("de", "Noch 0 Codes"), ("es", "Quedan 0 c"), ("fr", "Il reste 0 code.")]
)
def test_none_is_counted_as_the_language_does(language: str, none: str) -> None:
    with translation.override(language):
        said = ngettext("%(left)s code left.", "%(left)s codes left.", 0) % {"left": 0}
    assert said.startswith(none)


def test_no_line_of_french_ends_before_a_sign_that_stands_apart() -> None:
    [path] = [path for path in CATALOGS if path.parents[1].name == "fr"]
    texts = [said for entry in entries(text(path)) for _, said in entry.pairs]
    assert [said for said in texts if BREAKS.search(said)] == []


@by_language
def test_every_placeholder_is_kept_and_none_is_added(path: Path) -> None:
    assert strayed(text(path)) == []


@by_language
def test_the_compiled_catalog_says_what_the_source_says(path: Path) -> None:
    assert compiled(path) == expected(text(path))


@by_language
def test_what_the_core_declares_is_in_the_catalog(path: Path) -> None:
    assert marked() - {entry.key for entry in entries(text(path))} == set()


def test_the_law_sees_gaps_guesses_and_strays() -> None:
    source = """msgid ""
msgstr "Language: de\\n"
"Plural-Forms: nplurals=3; plural=(n%3);\\n"

msgid "gap"
msgstr ""

#, fuzzy, python-format
msgid "guess"
msgstr "geraten"

msgctxt "where"
msgid "%(n)d day"
msgid_plural "%(n)d days"
msgstr[0] "%(n)d "
"Tag"
msgstr[1] "Tage"

#~ msgid "gone"
#~ msgstr ""
"""
    assert untranslated(source) == ["gap", "guess"]
    assert strayed(source) == ["where\x04%(n)d day"]
    assert wrong_plurals(source) == ["where\x04%(n)d day"]
    assert expected(source)["where\x04%(n)d day", 0] == "%(n)d Tag"


def test_policy_fields_are_called_something_else_in_each_language() -> None:
    labels = {}
    for language in LANGUAGES:
        with translation.override(language):
            form = PolicyForm(by_tenant=False)
            labels[language] = {name: str(each.label) for name, each in form.fields.items()}
    assert labels["en"]["ttl"] == "Time a proof serves"
    assert labels["de"]["ttl"] == "Gültigkeit eines Nachweises"
    for language in LANGUAGES[1:]:
        assert all(labels["en"][name] != labels[language][name] for name in labels["en"])
