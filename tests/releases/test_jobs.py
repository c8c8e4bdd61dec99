"""Jobs are found by their names, functions and Celery tasks alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from otpguard.releases.jobs import arguments_text, job_config, load_job, task_name
from tests import releasing
from tests.releasing import jobs

__all__ = ["jobs"]

pytestmark = pytest.mark.usefixtures("jobs")


def test_a_function_and_a_task_are_told_apart() -> None:
    assert load_job("people") is releasing.people
    assert task_name(load_job("people")) == ""
    assert task_name(load_job("task")) == "tests.releasing.by_task"


def test_an_unknown_job_names_the_nearest() -> None:
    with pytest.raises(ImproperlyConfigured, match="people"):
        job_config("poeple")


def test_what_cannot_be_called_is_no_job(settings: Any) -> None:
    wrong = {"rows": "tests.releasing.ROWS"}
    settings.OTPGUARD = {**settings.OTPGUARD, "RELEASES": {"JOBS": wrong}}
    with pytest.raises(ImproperlyConfigured, match="called"):
        load_job("rows")


def test_arguments_are_json_in_one_order() -> None:
    assert arguments_text({"b": 1, "a": "ü"}) == '{"a": "ü", "b": 1}'
    with pytest.raises(TypeError):
        arguments_text({"a": {1}})
