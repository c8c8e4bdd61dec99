"""A newcomer's machine: the wheel in a fresh environment, a new project, a server, a terminal."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT
from tests.ports import free_port
from tests.quickstart.page import Paste

NAME, PASSWORD = "root", "a password of some length"
IN_THE_WHEEL = ("otpguard", "pyproject.toml", "README.md", "LICENSE")
PATIENCE = 60.0


@dataclass
class Terminal:
    """The one that the server runs in."""

    base: str
    log: Path
    server: subprocess.Popen[bytes]

    def code(self) -> str:
        """The digits of the first message that is printed. Raises AssertionError for none."""
        return self._printed(r"^\[\w+ to [^\]]+\].*?\b(\d{6})\b")

    def wait_until_ready(self) -> None:
        """Until the server says that it listens."""
        self._printed(r"(Quit the server)")

    def _printed(self, pattern: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.log.read_text(), re.MULTILINE)):
            assert self.server.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return found[1]


@dataclass
class Newcomer:
    """Somebody with a new project and otpguard's wheel."""

    home: Path
    python: Path

    def start_project(self) -> None:
        """As Django's tutorial does."""
        self.home.mkdir()
        self.run("-m", "django", "startproject", "mysite", ".")

    def paste(self, pastes: Sequence[Paste]) -> None:
        """Put each at the end of its file."""
        for each in pastes:
            with (self.home / each.file).open("a", encoding="utf-8") as file:
                file.write("\n" + each.text)

    def run(self, *command: str) -> str:
        """Run Python; what it printed. Raises AssertionError where it fails."""
        ended = subprocess.run(
            [self.python, *command],
            cwd=self.home,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def type_commands(self, commands: Sequence[Sequence[str]]) -> None:
        """Run those that end. The password cannot be typed without a terminal."""
        for command in commands:
            unasked = ["--noinput"] if "createsuperuser" in command else []
            self.run(*command, *unasked)

    @contextlib.contextmanager
    def serving(self, command: Sequence[str]) -> Iterator[Terminal]:
        """Run the server on a free port, with its reloader, for the length of the block."""
        where, log = f"127.0.0.1:{free_port()}", self.home / "terminal.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [self.python, *command, where],
                cwd=self.home,
                env=self._environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield Terminal(f"http://{where}", log, server)
        finally:
            os.killpg(server.pid, signal.SIGTERM)  # the reloader, and what it has started
            server.wait(timeout=10)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.python.parent}:{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SUPERUSER_USERNAME": NAME,
            "DJANGO_SUPERUSER_EMAIL": "root@example.com",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        }


def build_wheel(scratch: Path) -> Path:
    """The wheel of this tree, made of a copy. pip fetches what builds it (setuptools)."""
    tree = scratch / "tree"
    tree.mkdir()
    for name in IN_THE_WHEEL:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tree / name)
    _pip("wheel", "--no-deps", "--wheel-dir", str(scratch), str(tree))
    [wheel] = scratch.glob("*.whl")
    return wheel


def fresh_environment(scratch: Path, wheel: Path) -> Path:
    """The interpreter of a new environment with the wheel in it.

    What otpguard needs is not fetched again: it is read from the environment of the tests, whose
    own otpguard stays out, for that one is found by a file that only its own start reads.
    """
    home = scratch / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    [packages] = home.glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    _pip("install", "--no-deps", "--no-index", "--target", str(packages), str(wheel))
    return python


def _pip(*arguments: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
