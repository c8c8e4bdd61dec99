"""One value, one byte form."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.canonical import (
    DEEPEST,
    LARGEST,
    NotCanonicalError,
    canonical_bytes,
    canonical_text,
)

whole = st.integers(min_value=-LARGEST, max_value=LARGEST)
leaves = st.none() | st.booleans() | whole | st.text()
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


@given(value=values)
def test_what_was_dumped_reads_back_as_the_same_json(value: object) -> None:
    assert json.loads(canonical_bytes(value)) == value


@given(value=st.dictionaries(st.text(), leaves, min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


def test_the_order_of_items_does_matter() -> None:
    assert canonical_bytes([1, 2]) != canonical_bytes([2, 1])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ("é\n", '"é\\n"'),
        ((1, "x"), '[1,"x"]'),
        (MappingProxyType({"z": 0, "a": MappingProxyType({})}), '{"a":{},"z":0}'),
    ],
)
def test_the_text_is_compact_sorted_and_unescaped(value: object, expected: str) -> None:
    assert canonical_text(value) == expected
    assert canonical_bytes(value) == expected.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        b"bytes",
        {1, 2},
        object(),
        {1: "a key that is no string"},
        {"deep": [{"deeper": 0.5}]},
        "\ud800",
        {"\udfff": 1},
    ],
    ids=["whole float", "nan", "bytes", "set", "object", "key", "deep", "surrogate", "its key"],
)
def test_what_is_not_plain_json_is_refused(value: object) -> None:
    with pytest.raises(NotCanonicalError):
        canonical_bytes(value)
    with pytest.raises(NotCanonicalError):
        canonical_text(value)


@pytest.mark.parametrize(
    ("left", "right"), [(1, True), (0, False), ("1", 1), (None, "null"), ([], {}), ("", None)]
)
def test_values_of_different_types_never_share_a_form(left: object, right: object) -> None:
    assert canonical_bytes(left) != canonical_bytes(right)


def nested(levels: int) -> object:
    value: object = 1
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value


PUBLISHED = {
    "arrays": (r'[56, {"d": true, "10": null, "1": [ ]}]', '[56,{"1":[],"10":null,"d":true}]'),
    "french": (
        r"""{"peach": "This sorting order", "péché": "is wrong according to French",
        "pêche": "but canonicalization MUST", "sin": "ingnore locale"}""",
        (
            '{"peach":"This sorting order","péché":"is wrong according to French",'
            '"pêche":"but canonicalization MUST","sin":"ingnore locale"}'
        ),
    ),
    "unicode": (
        r'{"Unnormalized Unicode":"\u1e0d\u0307"}',
        '{"Unnormalized Unicode":"\u1e0d\u0307"}',
    ),
    "weird": (
        r"""{"\u20ac": "Euro Sign", "1": "One", "\u0080": "Control\u007f",
        "\ud83d\ude02": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis",
        "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge"}""",
        (
            '{"1":"One","</script>":"Browser Challenge","\x80":"Control\x7f",'
            '"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","\U0001f602":"Smiley",'
            '"\ufb33":"Hebrew Letter Dalet With Dagesh"}'
        ),
    ),
    "escapes": (
        r'{"a": "\u000f\n\b\"\\\/\u2028"}',
        '{"a":"\\u000f\\n\\b\\"\\\\/\u2028"}',
    ),
}
"""The vectors of RFC 8785's authors (cyberphone/json-canonicalization) that have no fractions."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_vectors_of_rfc_8785_hold(name: str) -> None:
    given, expected = PUBLISHED[name]
    assert canonical_text(json.loads(given)) == expected


@pytest.mark.parametrize(
    "keys", [("\U0001f600", "\ufb33"), ("\U00010000", "\ue000"), ("\U0010ffff", "\uffff")]
)
def test_keys_are_in_the_order_of_their_utf_16_units(keys: tuple[str, str]) -> None:
    for deep in (False, True):
        value: Any = dict.fromkeys(sorted(keys), 1)
        text = canonical_text([value] if deep else value)
        assert text.index(keys[0]) < text.index(keys[1])


@pytest.mark.parametrize("number", [LARGEST, -LARGEST, 0])
def test_a_whole_number_of_53_bits_is_written_out(number: int) -> None:
    assert canonical_text(number) == str(number)


@pytest.mark.parametrize("number", [LARGEST + 1, -LARGEST - 1, 2**63, 10**21])
def test_a_larger_number_which_readers_would_round_is_refused(number: int) -> None:
    with pytest.raises(NotCanonicalError, match="53 bits"):
        canonical_bytes({"n": [number]})


def test_nesting_ends_before_it_exhausts_the_stack() -> None:
    assert json.loads(canonical_bytes(nested(DEEPEST))) == nested(DEEPEST)
    for levels in (DEEPEST + 1, 5_000):
        with pytest.raises(NotCanonicalError, match="nested"):
            canonical_bytes(nested(levels))
