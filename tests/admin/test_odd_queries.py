"""Whatever stands in a URL of the admin, it answers: it never fails."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from tests.admin.rows import Rows, rows_of_everything

pytestmark = pytest.mark.slow

MODELS = [model for model in admin.site._registry if model._meta.app_label == "otpguard"]
ODD = [
    "\0",
    "a\0b",
    "",
    " ",
    "null",
    "True",
    "-1",
    "9" * 30,
    "9" * 5000,
    "x" * 3000,
    "1,2",
    "\u0663",
    "'\"<>%",
    "0001-01-01 00:00:00+14:00",
    "9999-12-31 23:59:59-14:00",
    "9999999-01-01",
    "00000000-0000-0000-0000-000000000000",
    "{'a': 1}",
]
ALWAYS = ["q", "p", "o", "all", "e", "_facets", "_changelist_filters", "id", "pk", "month", "x"]


@pytest.fixture
def world(operator: AbstractUser) -> Rows:
    return rows_of_everything(operator)


def parameters_of(model: Any) -> list[str]:
    """What the list of a model reads from its URL."""
    shown = admin.site.get_model_admin(model)
    named = []
    for each in shown.list_filter:
        field = each[0] if isinstance(each, tuple) else each
        if isinstance(field, str):
            ends = ("", "__exact", "__isnull", "__gte", "__lt", "__in", "__id__exact")
            named += [f"{field}{end}" for end in ends]
        else:
            named.append(field.parameter_name)
    return [*named, *ALWAYS]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_list_answers_whatever_its_filters_are_given(
    world: Rows, site: Client, model: Any
) -> None:
    site.raise_request_exception = False
    url = reverse(f"admin:otpguard_{model._meta.model_name}_changelist")
    failed = [
        (name, value[:20])
        for name in parameters_of(model)
        for value in ODD
        if site.get(f"{url}?{urlencode({name: value})}").status_code >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_page_answers_whatever_id_it_is_given(world: Rows, site: Client, model: Any) -> None:
    site.raise_request_exception = False
    start = reverse(f"admin:otpguard_{model._meta.model_name}_changelist")
    actions = [action.slug for action in admin.site.get_model_admin(model).object_actions]
    pages = ["change/", "history/", "delete/", *(f"do/{slug}/" for slug in actions)]
    failed = [
        (page, value[:20])
        for page in pages
        for value in ODD
        if site.get(f"{start}{quote(value, safe='') or '_'}/{page}").status_code >= 500
    ]
    assert failed == []


def test_a_list_says_that_it_cannot_read_its_filter(world: Rows, site: Client) -> None:
    url = reverse("admin:otpguard_event_changelist")
    told = site.get(f"{url}?checkpoint=%00")
    assert (told.status_code, told["Location"]) == (302, f"{url}?e=1")
