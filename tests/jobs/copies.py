"""A copy of the package with entries added to its files, and a new process that runs on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.house.source import PACKAGE, ROOT


def copied(into: Path, file: str, before: str, entry: str) -> Path:
    """A copy of the package in which `entry` stands in front of `before` in one file."""
    shutil.copytree(PACKAGE, into / "otpguard", ignore=shutil.ignore_patterns("__pycache__"))
    return entered(into, file, before, entry)


def entered(root: Path, file: str, before: str, entry: str) -> Path:
    """The copy in `root` with one more entry."""
    path = root / "otpguard" / file
    source = path.read_text("utf-8")
    assert source.count(before) == 1, f"{before!r} stands {source.count(before)} times in {file}"
    path.write_text(source.replace(before, entry + before), "utf-8")
    return root


def asked(root: Path, lines: str) -> Any:
    """What a new process on the copy answers, Django set up; the last line sets `answer`."""
    start = "import json\nimport django\ndjango.setup()\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{start}{lines}\nprint(json.dumps(answer))"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
