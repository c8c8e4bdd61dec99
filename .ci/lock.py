#!/usr/bin/env python3
"""Write the pinned sets of packages, or check that their files agree.

    python3 .ci/lock.py            resolve again: the newest releases within the bounds
    python3 .ci/lock.py --check    read only, no network: exit 1 if the files disagree

There are three sets: one for each line of Django, and `lowest`, which holds every dependency of
the package at its lower bound. The bounds stand in pyproject.toml and requirements-dev.txt, the
only lists that a person writes. A lock is resolved from them by uv, with the hash of every file of
every release; constraints are the lock without the hashes, for a hash among constraints makes pip
refuse `-e .`. Neither is to be edited.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
UV = "uv==0.13.9"
HEADER = "# Written by .ci/lock.py; do not edit. See docs/dependencies.md.\n"

_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
_BOUND = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9][^,; ]*)")


@dataclass(frozen=True, kw_only=True)
class PinnedSet:
    """A set of releases: for which Python it is resolved, and for which it is meant."""

    name: str
    python: str
    marker: str
    django: str

    @property
    def lock(self) -> Path:
        """The file with hashes."""
        return HERE / f"lock-{self.name}.txt"

    @property
    def constraints(self) -> Path:
        """The file without."""
        return HERE / f"constraints-{self.name}.txt"


# Resolved for the oldest Python of each line. The markers let requirements-dev.txt name both lines.
LINES = (
    PinnedSet(name="5.2", python="3.11", marker=' ; python_version < "3.12"', django="Django<6"),
    PinnedSet(name="6", python="3.12", marker=' ; python_version >= "3.12"', django="Django>=6"),
)
LOWEST = PinnedSet(name="lowest", python="3.11", marker="", django="Django<6")


def pins(text: str) -> dict[str, str]:
    """The release of each package that a lock or a constraints file names."""
    return dict(_PIN.findall(text))


def lower_bounds() -> list[tuple[str, str]]:
    """Each dependency of the package and its extras, and its lower bound; all have one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    found = []
    for each in wanted:
        bound = _BOUND.match(each)
        if bound is None:
            sys.exit(f"pyproject.toml: {each} must have a lower bound")
        found.append((re.sub(r"[-_.]+", "-", bound[1]).lower(), bound[2]))
    return found


def constraints_of(each: PinnedSet, lock: str) -> str:
    """What the constraints file must hold, given the text of the lock."""
    lines = [f"{name}=={version}{each.marker}\n" for name, version in pins(lock).items()]
    return HEADER + "".join(lines)


def write() -> None:
    """Resolve the three sets and write their files. Needs a package registry."""
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(scratch, with_pip=True)
        binaries = Path(scratch, "bin")
        _run(str(binaries / "pip"), "install", "--quiet", UV)
        wanted = Path(scratch, "wanted.txt")
        listed = (ROOT / "requirements-dev.txt").read_text().splitlines()
        wanted.write_text("\n".join(line for line in listed if not line.startswith("-c ")))
        for each in LINES:
            _resolve(each, str(binaries / "uv"), wanted, [each.django], start="")
        # What the bounds leave open is taken from the first line.
        exact = [f"{name}=={version}" for name, version in lower_bounds()]
        start = LINES[0].lock.read_text()
        _resolve(LOWEST, str(binaries / "uv"), wanted, exact, start=start)


def _resolve(each: PinnedSet, uv: str, wanted: Path, limits: list[str], *, start: str) -> None:
    limited, result = wanted.with_name("limits.txt"), wanted.with_name("result.txt")
    limited.write_text("\n".join(limits))
    result.write_text(start)  # uv prefers what it finds in the file that it is to write
    choice = ["--python-version", each.python, "--no-emit-package", "otpguard"]
    form = ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    files = ["--constraints", str(limited), "--output-file", str(result), str(wanted)]
    _run(uv, "pip", "compile", "--quiet", *choice, *form, *files)
    lock = HEADER + result.read_text()
    each.lock.write_text(lock)
    each.constraints.write_text(constraints_of(each, lock))


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 (our own words)


def disagreements() -> list[str]:
    """What is wrong with the files, in sentences; empty when they agree."""
    wrong = [
        f"{each.constraints.name} must be {each.lock.name} without its hashes"
        for each in (*LINES, LOWEST)
        if each.constraints.read_text() != constraints_of(each, each.lock.read_text())
    ]
    lowest = pins(LOWEST.lock.read_text())
    for name, bound in lower_bounds():
        pinned = lowest.get(name, "missing")
        if re.sub(r"(\.0)+$", "", pinned) != re.sub(r"(\.0)+$", "", bound):
            wrong.append(f"{LOWEST.lock.name} must hold {name} {bound}, not {pinned}")
    return wrong


def main(arguments: list[str]) -> int:
    """Do what the command line asks for; returns the exit code."""
    if arguments not in ([], ["--check"]):
        sys.exit(f"usage: {Path(__file__).name} [--check]")
    if not arguments:
        write()
    wrong = disagreements()
    for sentence in wrong:
        sys.stderr.write(f"{sentence}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
