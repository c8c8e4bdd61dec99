"""The demo's project, each time in a process of its own: its settings are not the tests'."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.running import ROOT, environment

pytestmark = pytest.mark.slow

COUNTS = """
from django.contrib.auth.models import User
from django.utils import timezone
from demo_project.seed import seed
from otpguard.models import Factor, Hold, Membership, PolicyWish, Tenant
for expected in (True, False):
    assert seed() is expected
    print(*[m.objects.count() for m in (User, Tenant, Membership, Factor, PolicyWish)])
assert not Hold.objects.filter(until__gt=timezone.now()).exists()
"""


def manage(folder: Path, *words: str) -> str:
    """Run `manage.py`; its output, standard error included."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *words],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_project_passes_every_check(tmp_path: Path) -> None:
    said = manage(tmp_path, "check", "--database", "default", "--fail-level", "WARNING")
    assert "no issues" in said


def test_no_migration_is_missing(tmp_path: Path) -> None:
    assert "No changes" in manage(tmp_path, "makemigrations", "--check", "--dry-run", "demo")


def test_the_seed_is_sown_once(tmp_path: Path) -> None:
    manage(tmp_path, "migrate", "--verbosity", "0")
    first, second = manage(tmp_path, "shell", "--no-imports", "-c", COUNTS).splitlines()
    assert first == second
    assert "0" not in first.split()


def test_the_key_is_made_once_and_is_the_owners(tmp_path: Path) -> None:
    manage(tmp_path, "check")
    file = tmp_path / "secret_key"
    key = file.read_text()
    manage(tmp_path, "check")
    assert file.read_text() == key
    assert len(key) >= 32
    assert file.stat().st_mode & 0o077 == 0
