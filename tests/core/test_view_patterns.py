"""A pattern covers the views that its text says, no more and no fewer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.view_patterns import best_pattern, covers, is_pattern

names = st.text("abc:_", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("pattern", "name", "covered"),
    [
        ("home", "home", True),
        ("home", "home2", False),
        ("home", "app:home", False),
        ("partner:*", "partner:index", True),
        ("partner:*", "partner:api:key", True),
        ("partner:*", "partner:tests.views.unnamed", True),
        ("partner:*", "partner", False),
        ("partner:*", "partners:index", False),
        ("partner:*", "shop:partner:index", False),
        ("admin:auth_*", "admin:auth_user_add", True),
        ("admin:auth_*", "admin:authors_add", False),
        ("admin:auth_*", "admin:auth_", True),
        ("*", "anything:at:all", True),
    ],
)
def test_a_pattern_covers_what_it_says(pattern: str, name: str, covered: bool) -> None:
    assert covers(pattern, name) is covered
    assert best_pattern([pattern], name) == (pattern if covered else None)


@pytest.mark.parametrize(
    ("patterns", "name", "best"),
    [
        (["partner:*", "partner:api:*"], "partner:api:key", "partner:api:*"),
        (["partner:api:*", "partner:*"], "partner:index", "partner:*"),
        (["*", "partner:api:key", "partner:api:k*"], "partner:api:key", "partner:api:key"),
        (["a:b*", "a:b"], "a:b", "a:b"),
        (["a:b"], "a:c", None),
    ],
)
def test_the_longest_pattern_counts_and_a_views_own_name_most(
    patterns: list[str], name: str, best: str | None
) -> None:
    assert best_pattern(patterns, name) == best


@given(patterns=st.lists(st.one_of(names, names.map(lambda n: f"{n}*")), max_size=5), name=names)
def test_a_view_is_covered_when_any_pattern_covers_it_in_whatever_order(
    patterns: list[str], name: str
) -> None:
    best = best_pattern(patterns, name)
    assert (best is not None) is any(covers(pattern, name) for pattern in patterns)
    assert best_pattern(list(reversed(patterns)), name) == best


@pytest.mark.parametrize("text", ["", "a*b", "**", "*:login", "a:*:b"])
def test_a_star_stands_at_the_end_only(text: str) -> None:
    assert not is_pattern(text)


@pytest.mark.parametrize("text", ["*", "a", "a:*", "a:b_*"])
def test_a_name_or_a_beginning_is_a_pattern(text: str) -> None:
    assert is_pattern(text)
