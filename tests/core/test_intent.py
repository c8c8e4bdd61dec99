"""One action, one digest; and a target fit to be shown."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from otpguard.core.intent import (
    Intent,
    digest,
    display_target,
    exact,
    form_digest,
    raw_digest,
    values_digest,
)

KEY = b"k" * 32
INTENT = Intent(
    checkpoint="role_grant", tenant="7", user="3", view="members:grant", target="ann", body="b0d1"
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
wild = st.text(st.one_of(st.sampled_from("\0a0\ud800\udc00d8"), st.characters()), max_size=6)
forms = st.dictionaries(texts, st.lists(texts, max_size=3), max_size=4)


def test_the_same_action_has_the_same_digest() -> None:
    assert digest(replace(INTENT), key=KEY) == digest(INTENT, key=KEY)


@pytest.mark.parametrize("name", [field.name for field in fields(Intent)])
def test_any_changed_component_changes_the_digest(name: str) -> None:
    changed = replace(INTENT, **{name: getattr(INTENT, name) + "x"})
    assert digest(changed, key=KEY) != digest(INTENT, key=KEY)


def test_another_key_gives_another_digest() -> None:
    assert digest(INTENT, key=b"other" * 8) != digest(INTENT, key=KEY)


@given(left=st.tuples(texts, texts), right=st.tuples(texts, texts))
def test_text_cannot_wander_from_one_component_into_the_next(
    left: tuple[str, str], right: tuple[str, str]
) -> None:
    assume(left != right)
    one = replace(INTENT, view=left[0], target=left[1])
    other = replace(INTENT, view=right[0], target=right[1])
    assert digest(one, key=KEY) != digest(other, key=KEY)


@pytest.mark.parametrize("target", ["key \u202e", "key\u200b", "key ", "k" * 81, "\ud800", "key\0"])
def test_a_target_counts_in_full_and_not_as_it_is_shown(target: str) -> None:
    shown = replace(INTENT, target=display_target(target))
    assert digest(replace(INTENT, target=target), key=KEY) != digest(shown, key=KEY)


@given(one=wild, other=wild)
def test_an_exact_text_differs_for_every_text(one: str, other: str) -> None:
    assume(one != other)
    assert exact(one) != exact(other)
    exact(one).encode()


def test_an_ordinary_text_is_exact_as_it_is() -> None:
    assert exact("Kim's key ✓") == "Kim's key ✓"
    assert exact("\0") == "\x0000"
    assert exact("\ud800") != exact(exact("\ud800"))


@given(form=forms, token=texts)
def test_the_csrf_token_does_not_count(form: dict[str, list[str]], token: str) -> None:
    with_token = {**form, "csrfmiddlewaretoken": [token]}
    assert form_digest(with_token, key=KEY) == form_digest(form, key=KEY)


@given(form=forms)
def test_the_order_of_form_fields_does_not_count(form: dict[str, list[str]]) -> None:
    backwards = dict(reversed(form.items()))
    assert form_digest(backwards, key=KEY) == form_digest(form, key=KEY)


@given(one=forms, other=forms)
def test_different_forms_have_different_digests(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> None:
    assume(one != other)
    assert form_digest(one, key=KEY) != form_digest(other, key=KEY)


def test_the_order_of_one_fields_values_counts() -> None:
    assert form_digest({"to": ["a", "b"]}, key=KEY) != form_digest({"to": ["b", "a"]}, key=KEY)


def test_uploaded_files_count_by_all_that_tells_them_apart_in_any_order() -> None:
    logo, deed = ["logo", "a.png", "aa"], ["deed", "b.pdf", "bb"]
    both = form_digest({}, key=KEY, files=[logo, deed])
    assert form_digest({}, key=KEY, files=[deed, logo]) == both
    others = [[logo], [logo, ["deed", "b.pdf", "cc"]], [logo, ["deed", "c.pdf", "bb"]], []]
    assert all(form_digest({}, key=KEY, files=files) != both for files in others)


def test_a_form_raw_bytes_and_values_never_stand_for_each_other() -> None:
    sha = "aa" * 32
    found = {
        form_digest({"raw": [sha]}, key=KEY),
        raw_digest("", sha, key=KEY),
        raw_digest("application/json", sha, key=KEY),
        values_digest(sha, key=KEY),
        form_digest({"values": [sha]}, key=KEY),
    }
    assert len(found) == 5


@given(target=st.text(max_size=200))
def test_a_shown_target_is_short_and_free_of_control_characters(target: str) -> None:
    shown = display_target(target)
    assert len(shown) <= 80
    assert not any(unicodedata.category(char).startswith("C") for char in shown)
    assert not any(char.isspace() and char != " " for char in shown)
    assert display_target(shown) == shown.strip()


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("Ann Lee", "Ann Lee"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069c\u200bd\u00ade\x00f\x1b[0m", "abcdef[0m"),
        ("two\nlines\u2028three", "two lines three"),
        ("  padded\t", "padded"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("\ud800", ""),
    ],
    ids=ascii,
)
def test_a_target_meant_to_deceive_is_defused(target: str, shown: str) -> None:
    assert display_target(target) == shown
