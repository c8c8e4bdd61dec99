"""XML from outside: a tree with lines, and nothing that could do harm."""

from __future__ import annotations

import pytest

from otpguard.factors import pskc_xml
from otpguard.factors.pskc_xml import DEEPEST, InvalidXmlError, parse_xml


def line_of(content: str) -> int:
    with pytest.raises(InvalidXmlError) as caught:
        parse_xml(content)
    return caught.value.line


def test_elements_know_their_names_lines_and_texts() -> None:
    root = parse_xml(
        '<a xmlns="urn:x" xmlns:y="urn:y">\n<y:b c="1"> one </y:b>\n<b><d>two</d></b></a>'
    )
    assert (root.name, root.space, root.line) == ("a", "urn:x", 1)
    first, second = root.all("b")
    assert (first.space, first.line, first.attributes, first.text) == (
        "urn:y",
        2,
        {"c": "1"},
        "one",
    )
    assert root.at("b") is first
    assert second.text_at("d") == "two"
    assert (root.at("b", "d"), root.text_at("e", "f")) == (None, "")


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]>\n<a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">\n<a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n<a>&b;</a>',
        "<!DOCTYPE a>\n<a/>",
    ],
)
def test_a_document_type_and_entities_are_refused(content: str) -> None:
    assert line_of(content) == 1


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", 1),
        ("no XML", 1),
        ("<a>\n<b>\n</a>", 3),
        ("<a/>\n<b/>", 2),
        ("<a>\x00</a>", 1),
        ("<a>\ud800</a>", 1),
    ],
)
def test_what_is_not_well_formed_is_refused_at_its_line(content: str, line: int) -> None:
    assert line_of(content) == line


def test_there_is_an_end_to_its_depth() -> None:
    def nested(depth: int) -> str:
        return "<a>" * depth + "</a>" * depth

    assert parse_xml(nested(DEEPEST)).name == "a"
    assert line_of(nested(DEEPEST + 1)) == 1
    assert line_of("<a>" * 100_000) == 1


def test_there_is_an_end_to_its_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pskc_xml, "MOST_ELEMENTS", 50)
    assert len(parse_xml(f"<a>{'<b/>' * 49}</a>").children) == 49
    assert line_of(f"<a>{'<b/>' * 49}\n<b/></a>") == 2
