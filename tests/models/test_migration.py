"""One migration for every project: also where people have another kind of key, or no name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations import AddConstraint, AddIndex
from django.db.migrations.loader import MigrationLoader

SETTINGS = """
SECRET_KEY = "for a moment"
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django_otp",
    "otpguard", {apps}
]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "people.sqlite3"}}}}
AUTH_USER_MODEL = "{model}"
USE_TZ = True
"""
BY_UUID = """
import uuid
from django.contrib.auth.models import AbstractUser
from django.db import models

class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
"""
BY_EMAIL = """
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

class User(AbstractBaseUser):
    code = models.CharField(primary_key=True, max_length=40)
    login = models.EmailField(unique=True)
    USERNAME_FIELD = "login"
"""


def manage(home: Path, *said: str) -> str:
    """Run a command of Django in a project; its output. Fails the test if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "django", *said, "--skip-checks"],
        cwd=home,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "project", "PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("model", "source"),
    [("auth.User", ""), ("people.User", BY_UUID), ("people.User", BY_EMAIL)],
    ids=["as Django has it", "UUID as key", "text as key, e-mail as name"],
)
def test_any_kind_of_user_model_migrates_and_leaves_nothing_to_make(
    tmp_path: Path, model: str, source: str
) -> None:
    apps = ""
    if source:
        (tmp_path / "people").mkdir()
        (tmp_path / "people" / "__init__.py").touch()
        (tmp_path / "people" / "models.py").write_text(source)
        apps = '"people"'
    (tmp_path / "project.py").write_text(SETTINGS.format(model=model, apps=apps))
    if source:
        manage(tmp_path, "makemigrations", "people")
    assert "No changes" in manage(tmp_path, "makemigrations", "--check", "--dry-run")
    assert "Applying otpguard.0001_initial... OK" in manage(tmp_path, "migrate")


def test_a_table_is_made_with_its_indexes() -> None:
    """Each that comes later makes Django build all models again: half of the first `migrate`."""
    loaded = MigrationLoader(None).graph.nodes["otpguard", "0001_initial"]
    late = [each for each in loaded.operations if isinstance(each, AddIndex | AddConstraint)]
    assert len(late) <= 20
