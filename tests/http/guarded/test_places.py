"""Every door of a host is listed, with how it is guarded and what it writes."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.guard_list import GuardedPlace, How, PlaceKind
from otpguard.http.guarded.places import guarded_places
from tests.hosting import declared
from tests.listed import GroupSeen


@pytest.fixture(autouse=True)
def _host(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.listed"
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "SENSITIVE_MODELS": ["auth.Group"],
        "URL_CHECKPOINTS": {"mapped": "data_export"},
    }


def named(name: str) -> GuardedPlace:
    (found,) = [each for each in guarded_places() if each.name == name]
    return found


@pytest.mark.parametrize(
    ("name", "how", "checkpoints"),
    [
        ("mark", How.MARK, ("billing_change",)),
        ("mixin", How.MARK, ("billing_change",)),
        ("mapped", How.SETTINGS, ("data_export",)),
        ("api", How.PERMISSION, ("role_grant",)),
        ("method", How.METHOD, ("api_key",)),
        ("edit", How.CALL, ("role_grant",)),
        ("key", How.CALL, ("api_key",)),
        ("chosen", How.CALL, ("?",)),
        ("join", How.CALL, ("signup",)),
        ("deep", How.NONE, ()),
        ("read", How.NONE, ()),
        ("otpguard:security", How.OWN, ()),
        ("admin:login", How.LOGIN, ()),
    ],
)
def test_each_way_of_guarding_is_seen(name: str, how: How, checkpoints: tuple[str, ...]) -> None:
    found = named(name)
    assert (found.how, found.checkpoints) == (how, checkpoints)


def test_a_guard_by_an_event_is_named_by_its_kind() -> None:
    with declared(GroupSeen, "crm.group.seen"):
        assert named("seen").checkpoints == ("logged_action.crm_group_seen",)


@pytest.mark.parametrize(
    "name",
    [
        "deep",
        "by-form",
        "by-helper",
        "new",
        "open-api",
        "api",
        "edit",
        "chosen",
        "admin:auth_group_add",
    ],
)
def test_a_view_that_writes_a_sensitive_model_says_so(name: str) -> None:
    assert named(name).writes == ("auth.Group",)


@pytest.mark.parametrize(
    "name", ["other", "read", "list", "mark", "admin:auth_user_add", "admin:auth_group_history"]
)
def test_a_view_that_does_not_write_one_does_not(name: str) -> None:
    assert named(name).writes == ()


def test_actions_of_the_admin_are_listed_and_ours_are_not() -> None:
    actions = [each for each in guarded_places() if each.kind is PlaceKind.ADMIN_ACTION]
    names = {each.name: each for each in actions}
    assert names["auth.Group.delete_selected"].writes == ("auth.Group",)
    assert names["auth.Group.delete_selected"].is_open
    assert names["auth.User.delete_selected"].writes == ()
    assert not any(name.startswith("otpguard.") for name in names)


def test_the_guard_of_a_list_guards_its_actions(settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "URL_CHECKPOINTS": {"admin:auth_*": "sensitive_setting"},
    }
    assert named("auth.Group.delete_selected").checkpoints == ("sensitive_setting",)
    assert named("admin:auth_group_add").checkpoints == ("sensitive_setting",)


def test_what_only_reads_is_known_to() -> None:
    found = {each.name: each.only_reads for each in guarded_places()}
    assert (found["read"], found["list"], found["deep"], found["new"]) == (
        True,
        True,
        False,
        False,
    )


@pytest.mark.parametrize("label", ["auth.Nothing", "nowhere.Group", "Group"])
def test_a_model_that_there_is_not_is_an_error(settings: Any, label: str) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SENSITIVE_MODELS": [label]}
    with pytest.raises(LookupError):
        guarded_places()
