"""One action, one digest; and a target fit to be shown."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from otpguard.core.intent import Intent, body_digest, digest, display

KEY = b"k" * 32
INTENT = Intent(
    checkpoint="role_grant", tenant="7", user="3", view="members:grant", target="ann", body="b0d1"
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
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


@given(form=forms, token=texts)
def test_the_csrf_token_does_not_count(form: dict[str, list[str]], token: str) -> None:
    with_token = {**form, "csrfmiddlewaretoken": [token]}
    assert body_digest(with_token, key=KEY) == body_digest(form, key=KEY)


@given(form=forms)
def test_the_order_of_form_fields_does_not_count(form: dict[str, list[str]]) -> None:
    backwards = dict(reversed(form.items()))
    assert body_digest(backwards, key=KEY) == body_digest(form, key=KEY)


@given(one=forms, other=forms)
def test_different_forms_have_different_digests(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> None:
    assume(one != other)
    assert body_digest(one, key=KEY) != body_digest(other, key=KEY)


def test_the_order_of_one_fields_values_counts() -> None:
    assert body_digest({"to": ["a", "b"]}, key=KEY) != body_digest({"to": ["b", "a"]}, key=KEY)


def test_a_declared_volatile_field_does_not_count_and_others_do() -> None:
    def seen(nonce: str, amount: str) -> str:
        form = {"nonce": [nonce], "amount": [amount]}
        return body_digest(form, key=KEY, volatile=frozenset({"nonce"}))

    assert seen("1", "10") == seen("2", "10")
    assert seen("1", "10") != seen("1", "11")


def test_uploaded_files_count_by_field_name_and_content_in_any_order() -> None:
    logo, deed = ("logo", "a.png", "aa"), ("deed", "b.pdf", "bb")
    both = body_digest({}, key=KEY, files=[logo, deed])
    assert body_digest({}, key=KEY, files=[deed, logo]) == both
    others = [[logo], [logo, ("deed", "b.pdf", "cc")], [logo, ("deed", "c.pdf", "bb")], []]
    assert all(body_digest({}, key=KEY, files=files) != both for files in others)


@given(target=st.text(max_size=200))
def test_a_shown_target_is_short_and_free_of_control_characters(target: str) -> None:
    shown = display(target)
    assert len(shown) <= 80
    assert not any(unicodedata.category(char).startswith("C") for char in shown)
    assert not any(char.isspace() and char != " " for char in shown)
    assert display(shown) == shown.strip()


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
    assert display(target) == shown
