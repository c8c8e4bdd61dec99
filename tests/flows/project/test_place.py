"""Lines find their file, and those that need another file are not written without it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import override_settings

from otpguard.core.project import Addition, Part
from otpguard.flows.project.place import Placed, place, write

SETTINGS = Addition(part=Part.SETTINGS, text="A = 2\n", names=frozenset({"A"}))
CELERY = Addition(part=Part.CELERY, text="app = 1\n", is_new=True)
PACKAGE = Addition(
    part=Part.PACKAGE, text="from placed.celery import app\n", needs=frozenset({Part.CELERY})
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package of a project that is imported: `placed`, with its settings and URLs."""
    folder = tmp_path / "placed"
    folder.mkdir()
    for name, file, text in (
        ("placed", "__init__.py", ""),
        ("placed.settings", "settings.py", "A = 1\n"),
        ("placed.urls", "urls.py", "urlpatterns = []\n"),
    ):
        (folder / file).write_text(text)
        module = ModuleType(name)
        module.__file__ = str(folder / file)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.chdir(tmp_path)
    with override_settings(SETTINGS_MODULE="placed.settings", ROOT_URLCONF="placed.urls"):
        yield folder


def problems(placed: list[Placed]) -> dict[str, str]:
    return {each.name: each.problem for each in placed}


def test_each_goes_to_the_end_of_its_file_and_new_files_come_first(home: Path) -> None:
    urls = Addition(part=Part.URLS, text="urlpatterns += []\n", names=frozenset({"urlpatterns"}))
    placed = place([SETTINGS, urls, PACKAGE, CELERY])
    assert [each.name for each in placed] == [
        "placed/celery.py",
        "placed/settings.py",
        "placed/urls.py",
        "placed/__init__.py",
    ]
    assert set(problems(write(placed)).values()) == {""}
    assert (home / "settings.py").read_text() == "A = 1\n\nA = 2\n"
    assert (home / "urls.py").read_text() == "urlpatterns = []\n\nurlpatterns += []\n"
    assert (home / "celery.py").read_text() == "app = 1\n"
    assert (home / "__init__.py").read_text() == "from placed.celery import app\n"


def test_a_second_time_there_is_nothing_to_write(home: Path) -> None:
    wanted = [SETTINGS, CELERY, PACKAGE]
    write(place(wanted))
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    assert all(problems(write(place(wanted))).values())
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


def test_what_needs_a_file_that_cannot_be_made_is_not_written(home: Path) -> None:
    (home / "celery.py").write_text("mine = 1\n")
    placed = write(place([PACKAGE, CELERY]))
    assert problems(placed) == {
        "placed/celery.py": "it is there already",
        "placed/__init__.py": "placed/celery.py comes first",
    }
    assert (home / "__init__.py").read_text() == ""
    assert (home / "celery.py").read_text() == "mine = 1\n"


def test_a_file_that_came_up_in_the_meantime_stays(home: Path) -> None:
    placed = place([CELERY, PACKAGE])
    (home / "celery.py").write_text("mine = 1\n")
    found = problems(write(placed))
    assert found["placed/celery.py"] == "it cannot be written (File exists)"
    assert found["placed/__init__.py"] == "placed/celery.py comes first"
    assert (home / "__init__.py").read_text() == ""


def test_a_problem_that_is_known_before_comes_before_the_files_own(home: Path) -> None:
    (home / "celery.py").write_text("")
    known = Addition(part=Part.CELERY, text="", is_new=True, problem="it has no package")
    assert [each.problem for each in place([known])] == ["it has no package"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"SETTINGS_MODULE": None}, "in no file of Python"),
        ({"SETTINGS_MODULE": "sys"}, "in no file of Python"),
        ({"SETTINGS_MODULE": "placed"}, "the settings are a package"),
    ],
)
def test_settings_that_are_in_no_file_of_their_own_are_left_alone(
    home: Path, changed: dict[str, Any], problem: str
) -> None:
    with override_settings(**changed):
        [placed] = place([SETTINGS])
    assert problem in placed.problem
    write([placed])
    assert (home / "__init__.py").read_text() == ""


def test_a_package_without_a_file_gets_no_new_one(home: Path) -> None:
    sys.modules["placed"].__file__ = None
    assert "__init__.py" in place([CELERY])[0].problem
