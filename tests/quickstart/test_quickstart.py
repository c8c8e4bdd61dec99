"""The README's quick start, taken literally: its blocks in a new project, and a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import running_chromium
from tests.quickstart.newcomer import (
    NAME,
    PASSWORD,
    Newcomer,
    Terminal,
    build_wheel,
    fresh_environment,
)
from tests.quickstart.page import Paste, commands, pastes

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.xdist_group("quickstart")]

FIRST, OWN_VIEW = slice(0, 2), slice(2, 4)
"""The blocks of the first step, and those of the second."""

SECONDS = 30.0
"""From the installed wheel to the first code, without pip."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scratch = tmp_path_factory.mktemp("newcomer")
    return fresh_environment(scratch, build_wheel(scratch))


def sizes(blocks: Sequence[Paste]) -> tuple[int, int]:
    """How many lines, in how many files."""
    return sum(len(each.lines) for each in blocks), len({each.file for each in blocks})


def without_policy(paste: Paste) -> Paste:
    """The settings for somebody who begins with a view of their own, which no setting names."""
    kept = [line for line in paste.text.splitlines() if not line.startswith("OTPGUARD")]
    return Paste(paste.file, "\n".join(kept) + "\n")


def confirm(page: Page, terminal: Terminal) -> float:
    """Log in, set up a phone, and enter its code; when the code had come."""
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a way to confirm")
    page.get_by_label("Phone number").fill("+1 201 555 0123")
    page.get_by_role("button", name="Send a code").click()
    expect(page.get_by_label("Code", exact=True)).to_be_visible()
    code, at = terminal.code(), time.monotonic()
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Verify").click()
    return at


def follow(
    chromium: Browser, newcomer: Newcomer, blocks: Sequence[Paste], path: str, what: str
) -> str:
    """Do what the README says, and open `path` with a proof; the text of the page.

    Prints what it took.
    """
    *ending, server = commands()
    began = time.monotonic()
    newcomer.start_project()
    newcomer.paste(blocks)
    newcomer.type_commands(ending)
    with newcomer.serving(server) as terminal:
        terminal.wait_until_ready()
        page = chromium.new_page()
        page.goto(terminal.base + path)
        seconds = confirm(page, terminal) - began
        page.wait_for_url(re.compile(re.escape(path) + "$"))
        page.wait_for_load_state()
        text = page.inner_text("body")
        page.close()
    lines, files = sizes(blocks)
    print(f"{what}: {lines} lines, {files} files, 1 process, {seconds:.1f} s to the first code")
    assert seconds <= SECONDS
    return text


def test_six_lines_in_two_files_guard_a_page_that_every_project_has(
    chromium: Browser, python: Path, tmp_path: Path
) -> None:
    newcomer = Newcomer(tmp_path / "site", python)
    text = follow(chromium, newcomer, pastes()[FIRST], "/admin/auth/user/", "a page of the admin")
    assert "Select user to change" in text
    lines, files = sizes(pastes()[FIRST])
    assert lines <= 6
    assert files == 2


def test_twelve_lines_in_three_files_guard_a_view_of_ones_own(
    chromium: Browser, python: Path, tmp_path: Path
) -> None:
    settings, *urls = pastes()[FIRST]
    blocks = [without_policy(settings), *urls, *pastes()[OWN_VIEW]]
    newcomer = Newcomer(tmp_path / "site", python)
    text = follow(chromium, newcomer, blocks, "/contacts/", "a view of one's own")
    assert text == "Ada, ada@example.com"
    lines, files = sizes(blocks)
    assert lines <= 12
    assert files == 3


def test_both_steps_stand_side_by_side_and_the_wheel_is_what_runs(
    python: Path, tmp_path: Path
) -> None:
    newcomer = Newcomer(tmp_path / "site", python)
    newcomer.start_project()
    newcomer.paste(pastes())
    assert "no issues" in newcomer.run(
        "manage.py", "check", "--fail-level", "ERROR", "--tag", "models"
    )
    where = newcomer.run("-c", "import otpguard; print(otpguard.__file__)")
    assert Path(where.strip()).is_relative_to(python.parent.parent)


def test_the_command_finds_nothing_to_add_to_what_was_pasted(python: Path, tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path / "site", python)
    newcomer.start_project()
    newcomer.paste(pastes()[FIRST])
    before = {path: path.read_bytes() for path in newcomer.home.rglob("*.py")}
    assert "Nothing is missing." in newcomer.run("manage.py", "otpguard_init", "--write")
    assert {path: path.read_bytes() for path in newcomer.home.rglob("*.py")} == before


def test_pasted_twice_it_says_which_lines_are_there_twice(python: Path, tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path / "site", python)
    newcomer.start_project()
    newcomer.paste([*pastes()[FIRST], *pastes()[FIRST]])
    with pytest.raises(AssertionError, match=r"aren't unique, duplicates: django_otp\n"):
        newcomer.run("manage.py", "check")
    settings = newcomer.home / "mysite" / "settings.py"
    apps = next(line for line in pastes()[0].lines if line.startswith("INSTALLED_APPS"))
    settings.write_text(settings.read_text("utf-8").replace(apps, "", 1), "utf-8")
    with pytest.raises(AssertionError, match=r"otpguard\.E013") as told:
        newcomer.run("manage.py", "check")
    assert "urls.W005" in str(told.value)


def test_the_hosts_own_tests_pass_from_the_first_minute(python: Path, tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path / "site", python)
    newcomer.start_project()
    newcomer.paste(pastes()[FIRST])
    (newcomer.home / "mysite" / "tests.py").write_text(
        "from django.test import TestCase\n\n"
        "class Guarded(TestCase):\n"
        "    def test_it_asks(self):\n"
        "        answer = self.client.get('/admin/auth/user/', headers={'accept': 'text/html'})\n"
        "        self.assertRedirects(answer, '/admin/login/?next=/admin/auth/user/')\n"
    )
    assert "OK" in newcomer.run("manage.py", "test", "mysite")
