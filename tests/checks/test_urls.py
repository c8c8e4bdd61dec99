"""The check of the URLs asks what the guard asks: what it lists is guarded, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage, Error, Info, Warning  # noqa: A004 (Django's name)
from django.test import override_settings

from otpguard.checks.codes import CODES
from otpguard.checks.urls import check_urls
from otpguard.http.guarded.url_views import project_views
from otpguard.http.marker import ATTRIBUTE, marker_of
from tests.checks.projects import Case, Project, names, ours

PAGES = {"ROOT_URLCONF": "tests.patterned", "LOGIN_URL": "enter"}


def mapping(**patterns: Any) -> Project:
    """A project whose views are guarded by the settings."""
    return {**PAGES, **ours(URL_CHECKPOINTS=patterns)}


BINDING = {
    "/binding/silent/": "silent",
    "/binding/api-function/": "api-function",
}
"""The function views that say nothing, by path."""


URLS: list[Case] = [
    ("otpguard.E017", {"ROOT_URLCONF": "django.contrib.auth.urls"}, PAGES),
    ("otpguard.E040", mapping(abuot="api_key"), mapping(about="api_key")),
    (
        "otpguard.E138",
        {**PAGES, **ours(SENSITIVE_MODELS=["auth.Grup"])},
        {**PAGES, **ours(SENSITIVE_MODELS=["auth.Group"])},
    ),
    ("otpguard.E041", mapping(bare="api_key"), mapping(api="api_key")),
    (
        "otpguard.W040",
        {**PAGES, **ours(ENROLLMENT_EXEMPT=["abuot"])},
        {**PAGES, **ours(ENROLLMENT_EXEMPT=["about", "partner:*", "admin:auth_*"])},
    ),
    (
        "otpguard.W041",
        {"ROOT_URLCONF": "tests.patterned"},
        {"ROOT_URLCONF": "tests.guarded"},
    ),
    ("otpguard.E232", {"ROOT_URLCONF": "tests.open_reset_host"}, PAGES),
    ("otpguard.I040", mapping(about="api_key"), PAGES),
    ("otpguard.I041", mapping(**{"in": "api_key"}), mapping(about="api_key")),
]


@pytest.mark.parametrize(("number", "wrong", "right"), URLS, ids=names(URLS))
def test_a_number_is_given_where_it_is_due_and_nowhere_else(
    number: str, wrong: Project, right: Project
) -> None:
    with override_settings(**wrong):
        assert number in {message.id for message in check_urls()}
    with override_settings(**right):
        assert number not in {message.id for message in check_urls()}


def found(**options: Any) -> list[CheckMessage]:
    with override_settings(**ours(**options), **PAGES):
        return check_urls()


def said(number: str, **options: Any) -> list[str]:
    return [message.msg for message in found(**options) if message.id == f"otpguard.{number}"]


def listed(number: str, **options: Any) -> set[str]:
    intro = CODES[f"otpguard.{number}"]
    texts = [text.removeprefix(f"{intro} ").rstrip(".") for text in said(number, **options)]
    return {name for text in texts for name in text.rpartition("): ")[2].split(", ")}


@pytest.mark.parametrize(
    "patterns",
    [
        {"partner:*": "api_key"},
        {"partner:api:*": "api_key", "partner:*": "billing_change"},
        {"admin:*": "api_key"},
        {"admin:auth_*": "api_key"},
        {"backoffice:*": "api_key"},
        {"*": "api_key"},
        {"enter*": "api_key", "about": "data_export"},
    ],
)
def test_what_the_check_lists_is_what_the_guard_guards(patterns: dict[str, str]) -> None:
    listed_by_check = listed("I040", URL_CHECKPOINTS=patterns)
    with override_settings(OTPGUARD={"URL_CHECKPOINTS": patterns}, **PAGES):
        views = project_views()
        guarded = {
            view.name
            for view in views
            if not hasattr(view.callback, ATTRIBUTE)
            and not hasattr(view.callback, "cls")
            and marker_of(view.callback, view.name) is not None
        }
    apis = {view.name for view in views if hasattr(view.callback, "cls")}
    assert listed_by_check - apis == guarded
    assert guarded


def test_it_prints_what_each_pattern_covers() -> None:
    patterns = {"partner:*": "api_key", "partner:api:*": "data_export"}
    first, second = said("I040", URL_CHECKPOINTS=patterns)
    assert first.endswith('"partner:*" (api_key): partner:index, partner:login, partner:logout.')
    views = "partner:api:key, partner:api:tests.patterned.page"
    assert second.endswith(f'"partner:api:*" (data_export): {views}.')


def test_it_prints_what_stays_open() -> None:
    whole = listed("I041", URL_CHECKPOINTS={"*": "api_key"})
    assert {"in", "again", "out", "enter", "admin:login", "admin:logout"} <= whole
    assert {"backoffice:login", "backoffice:logout", "otpguard:choose"} <= whole
    assert not whole & {"partner:login", "partner:logout", "enter-too", "admin:index", "about"}
    assert listed("I041", URL_CHECKPOINTS={"admin:*": "api_key"}) == {"admin:login", "admin:logout"}
    assert said("I041", URL_CHECKPOINTS={"about": "api_key"}) == []


@pytest.mark.parametrize(
    "pattern", ["abuot", "admin:auht_*", "partnr:*", "admin:login", "otpguard:*", "api:*"]
)
def test_a_pattern_that_guards_nothing_is_an_error(pattern: str) -> None:
    messages = [m for m in found(URL_CHECKPOINTS={pattern: "api_key"}) if m.id == "otpguard.E040"]
    assert [type(message) for message in messages] == [Error]
    assert f'"{pattern}"' in messages[0].msg


def test_a_pattern_over_views_with_marks_or_longer_patterns_is_no_error() -> None:
    assert said("E040", URL_CHECKPOINTS={"silent": "api_key"}) == []
    longer = {"about": "api_key", "about*": "api_key"}
    assert said("E040", URL_CHECKPOINTS=longer) == []
    assert len(said("I040", URL_CHECKPOINTS=longer)) == 1


def test_an_api_view_without_a_permission_is_an_error_before_it_is_one_at_run_time() -> None:
    (error,) = said("E041", URL_CHECKPOINTS={"bare": "api_key"})
    assert error.endswith(": bare.")
    assert said("E041", URL_CHECKPOINTS={"api": "api_key"}) == []


def test_a_function_at_a_binding_checkpoint_that_says_nothing_is_named() -> None:
    named = [text.partition(". ")[2].partition(" ")[0] for text in said("W041")]
    assert sorted(named) == sorted(BINDING.values())


def test_where_nothing_binds_nothing_needs_to_be_said() -> None:
    assert said("W041", POLICY_DEFAULTS={"role_grant": {"binds_intent": False}}) != []
    unbound = {"role_grant": {"binds_intent": False}}
    assert said("W041", POLICY_DEFAULTS=unbound, POLICY_FLOOR=unbound) == []


@pytest.mark.parametrize(
    ("guard", "warned"),
    [
        ("security_settings", True),
        ({"CHECKPOINT": "security_settings"}, True),
        ({"CHECKPOINT": "security_settings", "READS_SAFELY": True}, False),
        ({"CHECKPOINT": "security_settings", "READS_SAFELY": False}, False),
        ("api_key", False),
    ],
)
def test_a_pattern_at_a_binding_checkpoint_says_whether_its_views_only_read(
    guard: Any, warned: bool
) -> None:
    texts = said("W041", URL_CHECKPOINTS={"about": guard})
    assert any('"about"' in text for text in texts) is warned


def test_an_exemption_that_opens_nothing_is_named_with_a_hint() -> None:
    (text,) = said("W040", ENROLLMENT_EXEMPT=["partner:*", "abuot"])
    assert text.endswith('"abuot", did you mean "about"?')


def test_what_is_only_to_be_known_fails_no_check() -> None:
    kinds = {m.id: type(m) for m in found(URL_CHECKPOINTS={"*": "api_key"})}
    assert (kinds["otpguard.I040"], kinds["otpguard.I041"]) == (Info, Info)
    assert kinds["otpguard.W041"] is Warning


def test_a_project_without_urls_or_with_broken_settings_has_nothing_to_check() -> None:
    with override_settings(ROOT_URLCONF=None):
        assert check_urls() == []
    assert found(PRESET="x") == []


def test_an_unknown_view_names_the_nearest_three_and_not_all() -> None:
    [typo] = said("E040", URL_CHECKPOINTS={"admin:auth_user_chang": "api_key"})
    assert '"admin:auth_user_change"' in typo
    assert typo.count('"') == 8
    [far] = said("E040", URL_CHECKPOINTS={"xyzzy": "api_key"})
    assert far.count('"') <= 8
