"""Every mend is held by a test: the line that undoes it, alone in a copy, makes that test fail.

`faults.toml` and the files in `faults/` list each fault that was found from outside: the line of
the issue, the test that holds the mend, and the one-line mutation that brings the fault back.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.mutation_record import FAULTS, note, to_run
from tests.sentences import drawn_faults
from tests.servers import DATABASE, REDIS

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
COPIED = ("otpguard", "tests", "demo_project", "docs", "pyproject.toml", "README.md", "manage.py")
MIGRATED = ("otpguard/migrations/", "otpguard/models/", "otpguard/ids.py")
"""Where a mutation may change the tables: its test makes its own."""

ANY_WITH_ROWS = "tests/flows/challenge/test_start_reading.py::test_it_is_one_statement"
FAILED = 1
"""What pytest returns when a test has failed; an error of the run itself is another number."""


def name_of(fault: dict[str, Any]) -> str:
    return f"{fault['line']} {fault['test'].rpartition('::')[2]}"


def source_of(fault: dict[str, Any]) -> str:
    return (ROOT / fault["file"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
def test_a_fault_names_a_test_and_one_place_to_mutate(fault: dict[str, Any]) -> None:
    path, _, name = fault["test"].partition("::")
    plain = name.rpartition("::")[2].partition("[")[0]
    assert f"def {plain}(" in (ROOT / path).read_text(encoding="utf-8")
    assert source_of(fault).count(fault["find"]) == 1
    assert fault["find"] != fault["replace"]


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
def test_a_fault_is_seen_every_time(fault: dict[str, Any]) -> None:
    """A test that draws its examples at random may miss it."""
    path, _, name = fault["test"].partition("::")
    plain = name.rpartition("::")[2].partition("[")[0]
    found = [
        node
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name == plain
    ]
    assert not any("given(" in ast.unparse(by) for node in found for by in node.decorator_list)


def test_no_mutation_is_listed_twice() -> None:
    found = Counter((fault["file"], fault["find"], fault["replace"]) for fault in FAULTS)
    assert [place for place, times in found.items() if times > 1] == []


@dataclass(frozen=True, slots=True)
class Mutated:
    """A copy of the tree, in which one line at a time is undone, and a database for its tests."""

    home: Path
    server: SplitResult

    @property
    def name(self) -> str:
        """The database, before Django puts `test_` in front of it."""
        return f"mutated_{os.getpid()}"

    def on_server(self, statement: str, *names: str) -> None:
        with psycopg.connect(
            urlunsplit(self.server._replace(path="/postgres")), autocommit=True
        ) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def run(self, test: str, *, migrate: bool = False) -> subprocess.CompletedProcess[str]:
        """Run one test in a new database: a copy of the migrated one, unless it has to migrate."""
        used = f"test_{self.name}"
        if not migrate:
            self.on_server("CREATE DATABASE {} TEMPLATE {}", used, self.template)
        try:
            return self.pytest(test, "--create-db" if migrate else "--reuse-db")
        finally:
            self.on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", used)

    @property
    def template(self) -> str:
        return f"template_{self.name}"

    def make_template(self) -> None:
        done = self.pytest(ANY_WITH_ROWS, "--create-db", "--reuse-db")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
        self.on_server("ALTER DATABASE {} RENAME TO {}", f"test_{self.name}", self.template)

    def pytest(self, test: str, *options: str) -> subprocess.CompletedProcess[str]:
        # Compiled files are kept: one is known by the second and the size of its source, and a
        # mutation stands for longer than a second.
        environment = {
            **{name: value for name, value in os.environ.items() if name != REDIS},
            DATABASE: urlunsplit(self.server._replace(path=f"/{self.name}")),
        }
        for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_CURRENT_TEST"):
            environment.pop(name, None)
        ask = ["-m", "pytest", "-n0", "-q", "-x", "-p", "no:cacheprovider", "-m"]
        return subprocess.run(
            [sys.executable, *ask, "", *options, test],
            cwd=self.home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )


@pytest.fixture(scope="module")
def mutated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mutated]:
    home = tmp_path_factory.mktemp("mutated")
    for name in COPIED:
        source, target = ROOT / name, home / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "var"))
        else:
            shutil.copy(source, target)
    tree = Mutated(home, urlsplit(os.environ[DATABASE]))
    tree.make_template()
    yield tree
    tree.on_server("DROP DATABASE {} WITH (FORCE)", tree.template)
    shutil.rmtree(home, ignore_errors=True)


def test_a_named_case_is_one_that_pytest_finds() -> None:
    """A case is called by its values; its place in a list would move when another is added."""
    cases = sorted({fault["test"] for fault in FAULTS if fault["test"].endswith("]")})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-q", "--collect-only", "-m", "", *cases],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def is_seen(fault: dict[str, Any], mutated: Mutated) -> None:
    """Assert that the test of a mutation fails while it stands."""
    target = mutated.home / fault["file"]
    target.write_text(source_of(fault).replace(fault["find"], fault["replace"]), encoding="utf-8")
    try:
        done = mutated.run(fault["test"], migrate=fault["file"].startswith(MIGRATED))
    finally:
        target.write_text(source_of(fault), encoding="utf-8")
    assert done.returncode == FAILED, done.stdout[-3000:] + done.stderr[-2000:]
    note(fault)


@pytest.mark.slow
@pytest.mark.parametrize("fault", to_run(), ids=name_of)
def test_the_mutation_that_undoes_a_mend_is_seen(fault: dict[str, Any], mutated: Mutated) -> None:
    is_seen(fault, mutated)


@pytest.mark.slow
@pytest.mark.parametrize("fault", drawn_faults(), ids=name_of)
def test_the_mutation_of_a_drawn_sentence_is_seen(fault: dict[str, Any], mutated: Mutated) -> None:
    """Of the rows in docs/checkpoints-in-depth.md."""
    is_seen(fault, mutated)
