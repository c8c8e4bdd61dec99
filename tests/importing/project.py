"""Runs a file of cases with pytest in a project of its own: the packages are installed only there.

Each test of the file is a test of ours, which passes if it passed there.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree as ET

from tests.house.source import ROOT
from tests.servers import DATABASE

PLACE = Path(__file__).parent


def cases_of(package: str) -> list[str]:
    """The names of the tests in `cases_<package>.py`."""
    module = ast.parse(_file(package).read_text("utf-8"))
    functions = [node.name for node in module.body if isinstance(node, ast.FunctionDef)]
    return [name for name in functions if name.startswith("test_")]


def check_case(package: str, case: str) -> None:
    """Raises AssertionError with what the case said, unless it passed."""
    outcome = _outcomes(package)
    assert case in outcome, outcome.get("", "it did not run")
    assert not outcome[case], outcome[case]


@cache
def _outcomes(package: str) -> dict[str, str]:
    """What each case said when it failed, by its name; the whole output under no name."""
    with tempfile.TemporaryDirectory() as home:
        report = Path(home, "report.xml")
        asked = ["-n0", "-q", "-o", "addopts=", "-o", "cache_dir=" + home, f"--junitxml={report}"]
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", *asked, str(_file(package))],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.importing.settings"}
            | {DATABASE: _database_for(package), "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if not report.is_file():
            return {"": ended.stdout + ended.stderr}
        return {"": ended.stdout, **_read(report)}


def _read(report: Path) -> dict[str, str]:
    said: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):
        name = case.get("name", "").partition("[")[0]
        failed = [each.text or "failed" for each in case if each.tag in {"failure", "error"}]
        said[name] = said.get(name, "") + "\n".join(failed)
    return said


def _database_for(package: str) -> str:
    """One beside the database of this run, on the same server; each process has its own."""
    at = urlsplit(os.environ[DATABASE])
    folder, _slash, name = at.path.rpartition("/")
    return urlunsplit(at._replace(path=f"{folder}/{package}_{os.getpid()}_{name}"))


def _file(package: str) -> Path:
    return PLACE / f"cases_{package}.py"
