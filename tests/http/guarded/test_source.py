"""What the code of a view calls, read from its source."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

import otpguard
from otpguard.http.guarded.source import is_of_project, models_of, read_source, unwrapped
from tests.listed import GroupForm, GroupSerializer, by_form, deep


def guards_by_name(request: Any) -> None:
    slug = "api_key"
    otpguard.require(request, checkpoint="billing_change")
    otpguard.require(request, slug)


def calls_itself(request: Any) -> None:
    Group.objects.filter(name="x").delete()
    calls_itself(request)


def only_reads(request: Any) -> int:
    return User.objects.filter(pk=request.user.pk).count()


def session_of(request: Any) -> None:
    request.session.update({"a": 1})
    {}.update({})


@wraps(deep)
def around(request: Any) -> Any:
    return deep(request)


def test_a_literal_checkpoint_is_named_and_another_is_not() -> None:
    assert read_source([guards_by_name]).checkpoints == {"billing_change", "?"}


@pytest.mark.parametrize("view", [deep, around, partial(deep), by_form, calls_itself])
def test_writes_are_found_through_calls_wraps_and_partials(view: Any) -> None:
    assert read_source([view]).writes == {Group}


@pytest.mark.parametrize("view", [only_reads, session_of])
def test_reading_and_the_session_are_no_writes(view: Any) -> None:
    assert read_source([view]).writes == set()


def test_code_without_source_is_left_out() -> None:
    made: dict[str, Any] = {"__name__": "tests.made"}
    exec("def view(request):\n    Group.objects.create()", made)
    assert read_source([made["view"], len, None, "text"]).writes == set()


def test_the_code_of_packages_is_not_the_hosts() -> None:
    assert is_of_project(deep)
    assert not is_of_project(otpguard.require)
    assert not is_of_project(Group.save)
    assert not is_of_project(pytest.fixture)
    assert not is_of_project(wraps)


def test_the_models_of_forms_and_serializers_are_known() -> None:
    assert [list(models_of(each)) for each in (Group, GroupForm, GroupSerializer, deep)] == [
        [Group],
        [Group],
        [Group],
        [],
    ]


def test_a_view_and_what_it_wraps_are_each_there_once() -> None:
    assert list(unwrapped(around)) == [around, deep]
