"""The command says which lines a project lacks, and adds them without changing any."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.core.project import MIDDLEWARE
from tests.scratch import Scratch

pytestmark = pytest.mark.slow

CHECK = ("manage.py", "check", "--fail-level", "ERROR")


@pytest.fixture
def site(tmp_path: Path) -> Scratch:
    return Scratch.started(tmp_path)


def is_kept(before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """Whether every file still begins with what was in it."""
    return all(after[name].startswith(content) for name, content in before.items())


def test_it_prints_and_writes_nothing(site: Scratch) -> None:
    before = site.files()
    printed = site.init("--celery", "--tenants")
    assert site.files() == before
    assert "mysite/settings.py (at the end)" in printed
    assert f'    MIDDLEWARE += ["{MIDDLEWARE}"]\n' in printed
    assert "mysite/celery.py (new)" in printed
    assert 'There already: "otpguard" in INSTALLED_APPS' in printed
    assert "run this with --write" in printed


@pytest.mark.parametrize("options", [(), ("--tenants",), ("--celery", "--tenants")])
def test_what_it_writes_passes_the_checks_and_a_second_run_changes_nothing(
    site: Scratch, options: tuple[str, ...]
) -> None:
    before = site.files()
    assert "Done." in site.init("--write", *options)
    site.python(*CHECK)
    after = site.files()
    assert is_kept(before, after)
    again = site.init("--write", *options)
    assert "Nothing is missing." in again
    assert "mysite/settings.py" not in again
    assert site.files() == after


def test_what_it_writes_later_joins_what_it_wrote_first(site: Scratch) -> None:
    site.init("--write")
    site.init("--write", "--tenants")
    assert site.read("mysite/settings.py").endswith('\nOTPGUARD["TENANCY"] = "single"\n')
    site.python(*CHECK)


def test_an_otpguard_that_is_there_stays(site: Scratch) -> None:
    site.append("mysite/settings.py", 'OTPGUARD = {"BRAND": "Acme"}\n')
    site.init("--write")
    assert site.read("mysite/settings.py").count("OTPGUARD = ") == 1
    site.python(*CHECK)


def test_customers_of_its_own_get_a_directory(site: Scratch) -> None:
    site.append("crm/__init__.py", "")
    site.append(
        "crm/models.py",
        "from django.db import models\n\nclass Company(models.Model):\n    pass\n",
    )
    site.append("mysite/settings.py", 'INSTALLED_APPS += ["crm"]\n')
    assert "mysite/tenant_directory.py (written)" in site.init("--write", "--tenants")
    assert "crm.Company" in site.read("mysite/tenant_directory.py")
    site.python(*CHECK)


def split(site: Scratch) -> Scratch:
    """The same project with settings in two files of a package."""
    folder = site.home / "mysite" / "settings"
    folder.mkdir()
    (site.home / "mysite" / "settings.py").rename(folder / "base.py")
    site.append("mysite/settings/__init__.py", "")
    site.append("mysite/settings/dev.py", "from mysite.settings.base import *\n")
    return Scratch(site.home, settings="mysite.settings.dev")


def test_split_settings_are_printed_with_the_reason(site: Scratch) -> None:
    site = split(site)
    before = site.files()
    said = site.init_left()
    assert "mysite/settings/dev.py (at the end)\n  By hand: it takes names from other files" in said
    assert f'    MIDDLEWARE += ["{MIDDLEWARE}"]\n' in said
    assert "CommandError: left to add by hand: mysite/settings/dev.py" in said
    after = site.files()
    assert {name for name in after if after[name] != before[name]} == {"mysite/urls.py"}


def test_a_settings_package_is_printed_with_the_reason(site: Scratch) -> None:
    folder = site.home / "mysite" / "settings"
    folder.mkdir()
    (site.home / "mysite" / "settings.py").rename(folder / "__init__.py")
    before = site.files()["mysite/settings/__init__.py"]
    assert "the settings are a package" in site.init_left()
    assert site.files()["mysite/settings/__init__.py"] == before


def test_settings_that_are_no_file_are_printed_with_the_reason(site: Scratch) -> None:
    site.append(
        "made.py",
        "import sys, types\n"
        "from mysite import settings\n"
        "module = types.ModuleType('settings_of_no_file')\n"
        "module.__dict__.update({k: v for k, v in vars(settings).items() if k.isupper()})\n"
        "sys.modules['settings_of_no_file'] = module\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n",
    )
    nowhere = Scratch(site.home, settings="settings_of_no_file")
    before = nowhere.files()
    ended = nowhere.ended("made.py", "otpguard_init", "--write")
    assert ended.returncode == 1
    assert "settings.py (at the end)\n  By hand: your project has it in no file" in ended.stdout
    assert nowhere.files()["mysite/settings.py"] == before["mysite/settings.py"]


def test_urls_that_are_elsewhere_are_found(site: Scratch) -> None:
    (site.home / "mysite" / "urls.py").rename(site.home / "mysite" / "routing.py")
    site.append("mysite/settings.py", 'ROOT_URLCONF = "mysite.routing"\n')
    site.init("--write")
    assert "otpguard.urls" in site.read("mysite/routing.py")
    site.python(*CHECK)


def test_urls_that_are_nowhere_are_printed_with_the_reason(site: Scratch) -> None:
    (site.home / "mysite" / "urls.py").unlink()
    said = site.init_left()
    assert "urls.py (at the end)\n  By hand: it cannot be imported (ModuleNotFoundError" in said
    assert 'urlpatterns += [path("security/", include("otpguard.urls"))]' in said
    assert not (site.home / "mysite" / "urls.py").exists()


def test_a_read_only_file_is_printed_with_the_reason(site: Scratch) -> None:
    (site.home / "mysite" / "settings.py").chmod(0o444)
    before = site.files()["mysite/settings.py"]
    assert "By hand: it is read-only" in site.init_left()
    assert site.files()["mysite/settings.py"] == before


def test_a_celery_module_of_another_kind_is_not_imported(site: Scratch) -> None:
    site.append("mysite/celery.py", "stalks = 3\n")
    said = site.init_left("--celery")
    assert "mysite/celery.py (new)\n  By hand: it is there already" in said
    assert site.read("mysite/__init__.py") == ""
    assert site.read("mysite/celery.py") == "stalks = 3\n"
    assert "CELERY_BROKER_URL" not in site.read("mysite/settings.py")
