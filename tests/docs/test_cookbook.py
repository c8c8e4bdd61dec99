"""The page docs/cookbook.md: its blocks in a new project, after those of the quick start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks_in, blocks_of
from tests.house.source import ROOT
from tests.quickstart.page import pastes

pytestmark = pytest.mark.slow

CHECKPOINTS = ("data_export", "audit_log_export", "role_grant", "billing_change", "api_key")

PROVEN = '''
"""Somebody goes the whole way: a phone, a code, and what they had asked for."""

from django.contrib.auth.models import Group, User
from django.test import TestCase, override_settings
from otpguard.models import Event

from tests import factories
from tests.stepup import continue_form, step_up

MEMORY = {"BACKEND": "otpguard.channels.providers.memory.Memory"}


@override_settings(OTPGUARD={"PROVIDERS": {"memory": MEMORY}, "WORKER": "celery"})
class Proven(TestCase):
    def test_each_form_does_what_it_says_once_proven(self):
        root = User.objects.create_superuser("root", pk=1)
        role = Group.objects.create(name="Accountants", pk=1)
        factories.phone_factor(root)
        forms = {
            "/roles/": {"person": 1, "role": 1},
            "/billing/": {"invoices_to": "bills@example.com"},
            "/keys/": {"name": "ci"},
        }
        for path, form in forms.items():
            self.client = self.client_class()
            self.client.force_login(root)
            refused = self.client.post(path, form, headers={"accept": "text/html"})
            self.assertEqual(refused.status_code, 303, path)
            done = continue_form(self.client, step_up(self.client, refused))
            self.assertIn(done.status_code, {200, 302}, path)
        self.assertEqual(list(root.groups.all()), [role])
        passed = Event.objects.filter(kind="checkpoint.passed")
        self.assertEqual(
            set(passed.values_list("checkpoint", flat=True)),
            {"role_grant", "billing_change", "api_key"},
        )
'''


def run(home: Path, *command: str) -> str:
    """Run Python in the project; what it printed. Raises AssertionError where it fails."""
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=home,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project with the quick start and the whole page in it."""
    home = tmp_path_factory.mktemp("cookbook")
    run(home, "-m", "django", "startproject", "mysite", ".")
    for paste in pastes()[:2]:
        with (home / paste.file).open("a", encoding="utf-8") as file:
            file.write("\n" + paste.text)
    for block in blocks_of("cookbook.md"):
        block.apply(home)
    return home


def test_the_page_guards_the_five_checkpoints() -> None:
    text = "".join(block.text for block in blocks_of("cookbook.md"))
    assert [each for each in CHECKPOINTS if f'"{each}"' not in text] == []


def test_the_project_passes_its_checks_and_the_readers_own_tests(project: Path) -> None:
    run(project, "manage.py", "check", "--fail-level", "ERROR")
    assert "Ran 5 tests" in run(project, "manage.py", "test", "mysite.tests")


def test_somebody_proves_who_they_are_and_each_form_does_what_it_says(project: Path) -> None:
    (project / "mysite" / "test_proven.py").write_text(PROVEN, encoding="utf-8")
    assert "OK" in run(project, "manage.py", "test", "mysite.test_proven")


def test_a_block_is_a_file_only_with_a_caption(tmp_path: Path) -> None:
    text = "```python\n# a.py, at the end\nx = 1\n```\n\n```python\ny = 2\n```\n"
    assert blocks_in(text) == [Block("a.py", "# a.py, at the end\nx = 1\n", at_the_end=True)]
    with pytest.raises(AssertionError, match="say whether"):
        blocks_in(text)[0].apply(tmp_path)
