"""The demo is usable by ear and by keyboard, enlarged, narrow, dark and mirrored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import axe
from tests.browser import running_chromium
from tests.demo.running import Demo, running_demo
from tests.ports import free_port

SIGNED_OUT = ("", "login/", "signup/", "inbox/", "attack/", "join/of-no-invitation/")
SIGNED_IN = ("", "contacts/", "keys/", "members/", "billing/", "audit/", "password/", "profile/")
OURS = ("security/", "security/add/", "security/add/phone/", "security/log-out/")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with running_demo(tmp_path / "demo", free_port()) as demo:
        yield demo


def log_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}login/")
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.slow  # some twenty pages in nine looks
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(demo: Demo) -> None:
    found: list[str] = []
    with running_chromium() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()

        def look(name: str) -> None:
            found.extend(f"{name}: {each}" for each in axe.faults(page))

        for path in SIGNED_OUT:
            page.goto(f"{demo.url}{path}")
            look(f"{path} signed out")
        log_in(page, demo.url, "alice@acme")
        for path in (*SIGNED_IN, *OURS):
            page.goto(f"{demo.url}{path}")
            look(path)
        page.goto(f"{demo.url}keys/")
        page.get_by_label("Name").fill("ci")
        page.get_by_role("button", name="Create it by fetch").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        look("keys/, dialog")
        page.goto(f"{demo.url}contacts/")
        page.get_by_role("link", name="Export as CSV").click()
        look("choose")
        page.get_by_role("button", name=re.compile("Send a code|Continue")).first.click()
        look("code")
        page.goto(f"{demo.url}inbox/")
        look("inbox/, with a message")
    assert not found, "\n".join(found)
