"""One value, one byte form."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.canonical import NotCanonicalError, canonical_bytes, canonical_text

leaves = st.none() | st.booleans() | st.integers() | st.text()
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
