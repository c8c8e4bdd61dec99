"""Find the file of the project in which lines belong, and add them. Never overwrites."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings as django_settings

from otpguard.core.project import Addition, Part
from otpguard.core.project_tenants import MODULE
from otpguard.flows.project import source_file
from otpguard.flows.project.look import package_folder, settings_name

_IN_PACKAGE = {
    Part.CELERY: "celery.py",
    Part.PACKAGE: "__init__.py",
    Part.DIRECTORY: f"{MODULE}.py",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Lines with their file. `problem` says why they cannot be written; empty: they can."""

    addition: Addition
    name: str
    """The file for people, from where the command runs."""

    path: Path
    problem: str


def place(additions: Iterable[Addition]) -> list[Placed]:
    """Each of the lines with its file, new files first, and whether it can be written.

    Reads files only. Lines that need a file that cannot be written cannot be written either.
    """
    placed: list[Placed] = []
    for each in _sorted(additions):
        name, path, problem = _file_of(each)
        found = each.problem or problem or _needed(each, placed) or _problem(each, path)
        placed.append(Placed(addition=each, name=name, path=path, problem=found))
    return placed


def write(placed: Iterable[Placed]) -> list[Placed]:
    """Write what can be written, each file in one step and in the order given.

    Returns all of them; one that failed now has its problem. What was written stays written: run
    again, it is there already.
    """
    written: list[Placed] = []
    for each in placed:
        problem = each.problem or _needed(each.addition, written) or _written(each)
        written.append(replace(each, problem=problem))
    return written


def _sorted(additions: Iterable[Addition]) -> list[Addition]:
    return sorted(additions, key=lambda each: not each.is_new)


def _needed(addition: Addition, before: Iterable[Placed]) -> str:
    for each in before:
        if each.addition.part in addition.needs and each.problem:
            return f"{each.name} comes first"
    return ""


def _problem(addition: Addition, path: Path) -> str:
    if addition.is_new:
        return source_file.problem_of_new(path)
    return source_file.problem_of(path, addition.text, addition.names)


def _written(placed: Placed) -> str:
    """Write; why it could not be done, or an empty text."""
    act = source_file.create if placed.addition.is_new else source_file.add
    try:
        act(placed.path, placed.addition.text)
    except OSError as error:
        return f"it cannot be written ({error.strerror})"
    return ""


def _file_of(addition: Addition) -> tuple[str, Path, str]:
    """The name of a file, its path, and why lines cannot go there. The path may be of no file."""
    if addition.part is Part.SETTINGS:
        return _module_file(settings_name(), "settings.py", is_settings=True)
    if addition.part is Part.URLS:
        return _module_file(str(getattr(django_settings, "ROOT_URLCONF", "")), "urls.py")
    folder, usual = package_folder(), _IN_PACKAGE[addition.part]
    if folder is None:
        return usual, Path(usual), "the package of the settings has no folder with an __init__.py"
    return _shown(folder / usual), folder / usual, ""


def _module_file(module: str, usual: str, *, is_settings: bool = False) -> tuple[str, Path, str]:
    file = getattr(sys.modules.get(module), "__file__", None)
    if not file or not file.endswith(".py"):
        return usual, Path(usual), "your project has it in no file of Python"
    path = Path(file)
    if is_settings and path.name == "__init__.py":
        return _shown(path), path, "the settings are a package: choose the file that all use"
    return _shown(path), path, ""


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
