"""The readers of the word law miss no name and no sentence, and take code for no sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from tests.house import vocabulary

PYTHON = '''
"""A docstring of the module."""
from a import b as held_form

class HeldForm:
    sealed: bool = _("Sealed")

    def judge(self, errand, *, tally=0) -> None:
        self.belt = call(their_word=1)  # a comment about turnstiles
        for roster in ():  # noqa: B007 (only read)
            raise ValueError(f"a message about {roster} and `code`")
        path("x/", view, name="route.opened")
'''
TEMPLATE = """{% load i18n %}{# no errand #}
<h1 id="held-form" class="belt tally" title="A title">Some {{ roster }} text</h1>
<p data-gate="x">{% translate "A whole sentence." %}</p>
<a href="{% url 'otpguard:standing' %}">go</a>
"""
PAGE = """Read `held_form` in a sentence, see [a page](anew.md).

   ```python
   whoever = 1
   ```
"""
CATALOG = """msgid ""
msgstr "header"

#: a.py
msgid "One %(tally)s "
"text"
msgid_plural "Many texts"
msgstr[0] "Ein Text"
"""


def texts(found: Iterable[tuple[str, int]]) -> set[str]:
    return {" ".join(text.split()) for text, _line in found}


def test_names_are_those_that_a_file_gives_and_not_those_it_uses() -> None:
    module = ast.parse(PYTHON)
    given = texts(vocabulary.given_names(module))
    assert {
        "held_form",
        "HeldForm",
        "sealed",
        "judge",
        "errand",
        "tally",
        "belt",
        "roster",
    } <= given
    assert not {"their_word", "call", "a", "ValueError"} & given
    assert texts(vocabulary.function_names(module)) == {"judge"}
    assert "route.opened" in texts(vocabulary.codes(module))
    assert "Sealed" not in texts(vocabulary.codes(module)), "people read it"


def test_sentences_are_docstrings_messages_labels_and_comments_without_code() -> None:
    assert texts(vocabulary.python_prose(PYTHON, ast.parse(PYTHON))) == {
        "A docstring of the module.",
        "Sealed",
        "a message about",
        "and",
        "a comment about turnstiles",
    }


def test_a_template_has_names_and_sentences() -> None:
    names = texts(vocabulary.template_names(TEMPLATE))
    assert {"held-form", "belt", "tally", "data-gate", "otpguard:standing"} <= names
    assert texts(vocabulary.template_prose(TEMPLATE)) == {
        "A title",
        "Some text",
        "A whole sentence.",
        "go",
    }


def test_a_page_is_read_without_its_code_and_its_names_are_in_the_code() -> None:
    assert texts(vocabulary.page_prose(PAGE)) == {"Read in a sentence, see [a page .", ""}
    assert texts(vocabulary.page_names(PAGE)) == {"held_form"}


def test_the_english_of_a_catalog_is_read() -> None:
    assert texts(vocabulary.catalog_prose(CATALOG)) == {"One text", "Many texts"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("KeptForm", "kept_form"),
        ("kept-form", "kept_form"),
        ("HTTPAnswer", "http_answer"),
        ("otpguard:kept_form", "otpguard_kept_form"),
        ("CODE_TTL", "code_ttl"),
    ],
)
def test_a_name_is_the_same_words_however_it_is_spelled(name: str, words: str) -> None:
    assert vocabulary.spelled(name) == words


def test_where_it_stands_is_told() -> None:
    told = [each for each in vocabulary.names() if each.text == "HoldForm"]
    assert any(each.at.startswith("otpguard/forms/membership.py:") for each in told)
    assert any(each.at == "otpguard/flows" for each in vocabulary.files())
