"""Lines are added to a file that is plainly theirs, and nothing in it changes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from otpguard.flows.project import source_file
from otpguard.flows.project.source_file import is_installed, problem_of, problem_of_new

LINES = "A += [1]\n"
NAMES = frozenset({"A"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.py"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"A += [1]\n"),
        (b"A = []\n", b"A = []\n\nA += [1]\n"),
        (b"A = []", b"A = []\n\nA += [1]\n"),
        (b"A = []  # no end of line", b"A = []  # no end of line\n\nA += [1]\n"),
        (b"A = []\r\nB = 1\r\n", b"A = []\r\nB = 1\r\n\r\nA += [1]\r\n"),
        (b"\xef\xbb\xbfA = []\n", b"\xef\xbb\xbfA = []\n\nA += [1]\n"),
    ],
)
def test_what_stands_there_stays_byte_by_byte(file: Path, before: bytes, after: bytes) -> None:
    file.write_bytes(before)
    source_file.add(file, LINES)
    assert file.read_bytes() == after
    compile(after, str(file), "exec")


def test_a_link_stays_a_link_and_a_mode_a_mode(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.py"
    real.write_text("A = []\n")
    real.chmod(0o640)
    file.symlink_to(real)
    source_file.add(file, LINES)
    assert file.is_symlink()
    assert real.read_text() == "A = []\n\nA += [1]\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["real.py", "settings.py"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("A = []\n", ""),
        ("A: list[int] = []\n", ""),
        ("A += [0]\n", ""),
        ("# A = []\n", "it does not set A"),
        ("class Dev:\n    A = []\n", "it does not set A"),
        ("if True:\n    A = []\n", "it does not set A"),
        ("from base import *\nA = []\n", "it takes names from other files"),
        (
            "A = []\ntry:\n    from local import *\nexcept ImportError:\n    pass\n",
            "it takes names",
        ),
        ("A = [\n", "it cannot be read"),
        ("A = []\n\nA += [1]\n", "it has these lines already"),
        ("A = []\r\n\r\nA += [1]\r\n", "it has these lines already"),
    ],
)
def test_a_file_that_is_not_plainly_theirs_is_left_alone(
    file: Path, source: str, problem: str
) -> None:
    file.write_bytes(source.encode())
    found = problem_of(file, LINES, NAMES)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)


def test_a_file_that_cannot_be_read_is_left_alone(file: Path) -> None:
    assert problem_of(file, LINES, NAMES).startswith("it cannot be read")
    file.write_bytes(b"A = ['\xe9']\n")
    assert problem_of(file, LINES, NAMES).startswith("it cannot be read")


def test_a_file_that_somebody_made_read_only_stays_so(file: Path) -> None:
    file.write_text("A = []\n")
    file.chmod(0o444)
    assert problem_of(file, LINES, NAMES) == "it is read-only"


def test_files_of_packages_are_not_the_projects(tmp_path: Path) -> None:
    folder = tmp_path / "lib" / "site-packages"
    folder.mkdir(parents=True)
    (folder / "settings.py").write_text("A = []\n")
    assert is_installed(folder / "settings.py")
    assert not is_installed(tmp_path / "settings.py")
    assert problem_of(folder / "settings.py", LINES, NAMES).endswith("an installed package")
    assert problem_of_new(folder / "celery.py").endswith("an installed package")


def test_a_new_file_replaces_none(file: Path) -> None:
    assert problem_of_new(file) == ""
    source_file.create(file, LINES)
    assert file.read_text() == LINES
    assert problem_of_new(file) == "it is there already"
    with pytest.raises(FileExistsError):
        source_file.create(file, "B = 1\n")
    assert file.read_text() == LINES
