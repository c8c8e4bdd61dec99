"""What each view says of itself is complete."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import URLPattern

from otpguard.api.operation import USUAL_PROBLEMS, Operation
from otpguard.api.urls import VIEWS, urlpatterns
from otpguard.conf import settings


def view_of(pattern: URLPattern) -> Any:
    callback: Any = pattern.callback
    return callback.cls(**callback.initkwargs)


def operations(patterns: list[URLPattern]) -> list[Operation]:
    return [
        view.operation_of(method)
        for view in map(view_of, patterns)
        for method in view.allowed_methods
        if method != "OPTIONS"
    ]


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda each: each.name)
def test_a_view_describes_its_methods_and_the_parameters_of_its_url(pattern: URLPattern) -> None:
    for each in operations([pattern]):
        assert set(each.path) == set(pattern.pattern.converters), each.name


def test_a_checkpoint_that_is_named_exists() -> None:
    named = {each.checkpoint for each in operations(VIEWS)} - {""}
    assert named == {
        *("audit_log_view", "audit_log_export", "break_glass"),
        *("security_settings", "security_settings.factor_reset"),
    }
    assert named <= settings().checkpoints.keys()


def test_what_is_found_by_an_id_may_be_missing_and_what_is_sent_may_be_wrong() -> None:
    for each in operations(VIEWS):
        assert not set(each.problems) & set(USUAL_PROBLEMS), each.name
        if each.body is not None or each.query:
            assert 400 in each.problems, each.name


def test_a_method_of_which_nothing_is_said_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        view_of(VIEWS[0]).operation_of("PATCH")
