"""A project that somebody has just started, in a folder of its own, run by processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

from otpguard.core.project import Project
from tests.house.source import ROOT

LOOK = """
import django
django.setup()
from otpguard.flows.project.look import look_at_project
print(look_at_project())
"""


@dataclass(frozen=True)
class Scratch:
    """A project whose package is called `mysite`."""

    home: Path
    settings: str = "mysite.settings"

    @classmethod
    def started(cls, home: Path) -> Scratch:
        """A new one, with otpguard in INSTALLED_APPS and nothing else of it."""
        made = cls(home)
        call_command("startproject", "mysite", str(home))
        made.append("mysite/settings.py", 'INSTALLED_APPS += ["otpguard"]\n')
        return made

    def append(self, file: str, text: str) -> None:
        """Put text at the end of a file, which is made if it is not there."""
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as opened:
            opened.write(text)

    def read(self, file: str) -> str:
        """What is in a file."""
        return (self.home / file).read_text("utf-8")

    def files(self) -> dict[str, bytes]:
        """All files of Python, by name."""
        return {
            str(path.relative_to(self.home)): path.read_bytes()
            for path in sorted(self.home.rglob("*.py"))
        }

    def ended(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run Python; how it ended."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": self.settings,
        }
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def python(self, *command: str) -> str:
        """Run Python; what it printed. Raises AssertionError where it fails."""
        ended = self.ended(*command)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def init(self, *options: str) -> str:
        """Run `otpguard_init`; what it printed. Raises AssertionError where it fails."""
        return self.python("manage.py", "otpguard_init", *options)

    def init_left(self, *options: str) -> str:
        """Run `otpguard_init --write` where something is left to do; what it printed.

        Raises AssertionError where it does not end with status 1 and a plain line.
        """
        ended = self.ended("manage.py", "otpguard_init", "--write", *options)
        assert ended.returncode == 1, ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stdout + ended.stderr

    def seen(self) -> Project:
        """The project as `look_at_project` sees it."""
        known = {"Project": Project, "frozenset": frozenset}
        found = eval(self.python("-c", LOOK), known)
        assert isinstance(found, Project)
        return found
