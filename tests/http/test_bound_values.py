"""Two different values never have the same text; what cannot be told apart is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.http import QueryDict
from django.utils.functional import SimpleLazyObject
from hypothesis import assume, given
from hypothesis import strategies as st

from otpguard.http.bound_values import NotBindableError, bound_values
from tests import factories

plain = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=4),
        st.binary(max_size=4),
        st.decimals(allow_nan=False),
        st.dates(),
        st.datetimes(),
        st.timedeltas(),
        st.uuids(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def text(body: Any) -> str:
    return bound_values(body)()


def typed(value: Any) -> str:
    """A spelling that keeps types and decimals apart, to compare by."""
    if isinstance(value, dict):
        return f"dict({sorted((k, typed(v)) for k, v in value.items())})"
    if isinstance(value, list):
        return f"list({[typed(item) for item in value]})"
    return f"{type(value).__name__}({value!r})"


@given(one=plain, other=plain)
def test_different_values_have_different_texts_and_equal_ones_the_same(
    one: Any, other: Any
) -> None:
    assert (text(one) == text(other)) is (typed(one) == typed(other))
    json.loads(text(one))


class Color(Enum):
    RED = "red"


class Paint(Enum):
    RED = "red"


class Size(models.TextChoices):
    LARGE = "l", "Large"


class Rank(IntEnum):
    FIRST = 1


AUTUMN = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 (the hour that comes twice)
ALIKE: list[Any] = [
    None,
    "None",
    "",
    [],
    {},
    set(),
    True,
    "True",
    1,
    1.0,
    "1",
    Decimal(1),
    Decimal("1.0"),
    b"1",
    ["1"],
    {"1"},
    {"1": None},
    {1: None},
    [["pair", "1", None]],
    ["map", ["pair", "1", None]],
    ["set", "1"],
    ["list", "1"],
    ["uuid", UUID(int=1).hex],
    UUID(int=1),
    UUID(int=1).hex,
    str(UUID(int=1)),
    Color.RED,
    Paint.RED,
    "red",
    10**30,
    str(10**30),
    ["int", hex(10**30)],
    float("nan"),
    "nan",
    -0.0,
    0,
    date(2026, 10, 25),
    "2026-10-25",
    datetime(2026, 10, 25),  # noqa: DTZ001 (the same day, at midnight)
    AUTUMN,
    AUTUMN.replace(fold=1),
    AUTUMN.replace(tzinfo=UTC),
    AUTUMN.replace(tzinfo=timezone(timedelta(hours=1))),
    time(2, 30),
    time(2, 30, fold=1),
    timedelta(hours=1),
    3600,
    "\ud800",
    "\0edA080",
    ["a", "b"],
    ["b", "a"],
    ["ab"],
]


def test_values_that_look_alike_are_told_apart() -> None:
    texts = [text(value) for value in ALIKE]
    same = [
        (ALIKE[a], ALIKE[b]) for a, b in combinations(range(len(ALIKE)), 2) if texts[a] == texts[b]
    ]
    assert same == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1, 2, 3}, frozenset({3, 2, 1})),
        ((1, 2), [1, 2]),
        (Size.LARGE, "l"),
        (Rank.FIRST, 1),
        (QueryDict("a=1&b=2&csrfmiddlewaretoken=x"), QueryDict("b=2&a=1")),
        ({"a": 1, "csrfmiddlewaretoken": "x"}, {"a": 1, "csrfmiddlewaretoken": "y"}),
        (memoryview(b"x"), bytearray(b"x")),
    ],
)
def test_the_same_said_otherwise_has_the_same_text(one: Any, other: Any) -> None:
    assert text(one) == text(other)


def test_a_token_deeper_inside_is_a_value_like_any_other() -> None:
    assert text([{"csrfmiddlewaretoken": "x"}]) != text([{"csrfmiddlewaretoken": "y"}])


# --- rows --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_two_rows_of_the_same_name_do_not_share_a_proof() -> None:
    class Named(Group):
        class Meta:
            proxy = True
            app_label = "tests"

        def __str__(self) -> str:
            return "the same"

    for name in ("a", "b"):
        Group.objects.create(name=name)
    one, other = Named.objects.order_by("pk")
    assert str(one) == str(other)
    assert text({"who": one}) != text({"who": other})
    assert text({"who": one}) == text({"who": Named.objects.get(pk=one.pk)})


@pytest.mark.django_db
def test_rows_of_two_tables_with_one_key_are_told_apart() -> None:
    group, user = Group.objects.create(pk=77, name="a"), User.objects.create(pk=77)
    assert text(group) != text(user)
    assert text(SimpleLazyObject(lambda: user)) == text(user)


@pytest.mark.django_db
def test_a_queryset_counts_by_all_its_rows_beyond_the_twenty_that_are_shown() -> None:
    Group.objects.bulk_create(Group(name=f"{n:02}") for n in range(30))
    ordered = Group.objects.order_by("name")
    assert repr(ordered) == repr(ordered.exclude(name="29")), "what is shown does not tell"
    whole = text({"to": ordered})
    assert whole != text({"to": ordered.exclude(name="29")})
    assert whole == text({"to": Group.objects.order_by("-name")})
    assert whole == text({"to": Group.objects.values("name")})
    assert text(Group.objects.none()) != text(User.objects.none())


@pytest.mark.django_db
def test_a_queryset_that_was_read_counts_as_it_was_read(django_assert_num_queries: Any) -> None:
    group = Group.objects.create(name="a")
    read = Group.objects.all()
    assert list(read) == [group]
    Group.objects.create(name="b")
    with django_assert_num_queries(0):
        before = text(read)
    assert before != text(Group.objects.all())


@pytest.mark.django_db
def test_the_cleaned_data_of_a_form_is_bound_by_what_was_chosen() -> None:
    class Choose(forms.Form):
        groups = forms.ModelMultipleChoiceField(Group.objects.all())
        day = forms.DateField()
        amount = forms.DecimalField()

    keys = [Group.objects.create(name=f"{n:02}").pk for n in range(25)]

    def cleaned(chosen: list[int]) -> dict[str, Any]:
        form = Choose({"groups": chosen, "day": "2026-01-31", "amount": "1.50"})
        assert form.is_valid()
        return form.cleaned_data

    assert text(cleaned(keys)) == text(cleaned(list(reversed(keys))))
    assert text(cleaned(keys)) != text(cleaned(keys[:-1]))


# --- files -------------------------------------------------------------------------------------


def test_a_file_counts_by_name_type_and_content_and_can_still_be_read() -> None:
    def file(name: str = "a.csv", content: bytes = b"kim", kind: str = "text/csv") -> Any:
        return SimpleUploadedFile(name, content, content_type=kind)

    first = file()
    assert text([first]) == text([file()])
    others = [file(name="b.csv"), file(content=b"eve"), file(kind="text/html"), None, "a.csv"]
    assert text([first]) not in {text([other]) for other in others}
    assert first.read() == b"kim"


def test_a_file_of_text_counts_too() -> None:
    one, other = ContentFile("ki\ud800m", "a"), ContentFile("eve", "a")
    assert text(one) != text(other)


# --- what cannot be told apart -----------------------------------------------------------------


class Money:
    """Says the same of two different amounts."""

    def __str__(self) -> str:
        return "some money"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (Money(), r"a value of type Money \(body\): pass text, numbers"),
        ({"amount": Money()}, r"type Money \(body\['amount'\]\)"),
        ({"lines": [1, {"x": Money()}]}, r"\(body\['lines'\]\[1\]\['x'\]\)"),
        ({Money(): 1}, "type Money"),
        (forms.Form(), "type Form"),
        ((n for n in "ab"), "type generator"),
        (lambda: 1, "type function"),
        (Group(name="new"), "an unsaved Group"),
        (factories, "type module"),
        (complex(1), "type complex"),
    ],
)
def test_anything_else_is_refused_before_any_policy_binds(body: Any, said: str) -> None:
    with pytest.raises(NotBindableError, match=said):
        bound_values(body)


@given(value=plain)
def test_what_is_wrapped_is_not_what_it_wraps(value: Any) -> None:
    assume(value not in ([], {}))
    assert text([value]) != text(value)
    assert text({"": value}) != text([value])
