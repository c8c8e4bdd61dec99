"""Checks of RELEASES: jobs load, and files are private."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage

from otpguard.checks.options import check_settings
from tests.checks.projects import Case, Project, names, ours, try_check

MEMORY = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
RUN = "tests.releasing.people"


class Threaded(InMemoryStorage):
    """Reads what it is given from threads of its own."""

    use_threads = True


class Quiet(Threaded):
    """As S3 of django-storages, whose other option says more."""

    transfer_config = SimpleNamespace(use_threads=False)
    max_memory_size = 8 * 1024 * 1024


class Hungry(Quiet):
    """Reads a whole file into memory."""

    max_memory_size = 0


def project(run: str = RUN, storage: Any = MEMORY, **columns: Any) -> Project:
    files = {} if storage is None else {"releases": storage}
    return {
        **ours(RELEASES={"JOBS": {"people": {"RUN": run, **columns}}}),
        "STORAGES": {"default": MEMORY, **files},
        "MEDIA_ROOT": "/srv/media",
    }


def folder(path: str) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": path},
    }


CASES: list[Case] = [
    ("otpguard.E132", project(FORMAT="a b"), project(FORMAT="jsonl")),
    ("otpguard.E133", project("tests.releasing.peoples"), project()),
    ("otpguard.E133", project("tests.releasing.ROWS"), project("tests.releasing.by_task")),
    ("otpguard.E134", project(storage=None), project()),
    (
        "otpguard.E134",
        project(storage=folder("/srv/media/exports")),
        project(storage=folder("/srv/exports")),
    ),
    (
        "otpguard.W133",
        project(storage={"BACKEND": "tests.checks.test_releases.Threaded"}),
        project(storage={"BACKEND": "tests.checks.test_releases.Quiet"}),
    ),
    (
        "otpguard.W133",
        project(storage={"BACKEND": "tests.checks.test_releases.Hungry"}),
        project(),
    ),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_mistake_is_found_by_its_number(number: str, wrong: Any, right: Any) -> None:
    try_check(check_settings, number, wrong, right)


def test_the_storage_of_uploads_is_none_for_releases(settings: Any) -> None:
    settings.STORAGES = {"default": MEMORY}
    settings.OTPGUARD = {
        **project()["OTPGUARD"],
        "RELEASES": {"JOBS": {"people": RUN}, "STORAGE": "default"},
    }
    assert [each.id for each in check_settings()] == ["otpguard.E134"]
