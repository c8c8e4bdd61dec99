"""What lies at the top of the repository is a short list."""

from __future__ import annotations

import subprocess

from tests.house.source import ROOT

ALLOWED = frozenset(
    {
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "demo_project",
        "docs",
        "manage.py",
        "otpguard",
        "pyproject.toml",
        "requirements-dev.txt",
        "tests",
    }
)


def test_nothing_else_lies_at_the_top() -> None:
    """Also what is new and not yet added counts; what git ignores does not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout.splitlines()
    names = {name.partition("/")[0] for name in listed}
    assert "pyproject.toml" in names
    assert {name for name in names - ALLOWED if not name.startswith(".")} == set()
