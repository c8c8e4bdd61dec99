"""The attacker of the tour is stopped by each layer, and leaves nothing when undone."""

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

LAYERS = ("Form", "E-mail first", "Country and kind of number", "Caps", "Network")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with running_demo(tmp_path / "demo", free_port()) as demo:
        yield demo


@pytest.fixture
def page() -> Iterator[Page]:
    with running_chromium() as browser:
        yield browser.new_context(viewport={"width": 390, "height": 844}).new_page()


def test_one_attacks_watches_it_stop_and_undoes_it(demo: Demo, page: Page) -> None:
    page.goto(demo.url)
    page.get_by_role("button", name=re.compile("Try it.*Play the attacker")).click()
    page.get_by_role("button", name="Attack the sign-up").click()
    expect(page.locator("#sent")).to_have_text("19 of 40")
    expect(page.locator("#spent")).to_have_text("$0.23")
    said = page.get_by_role("main").inner_text()
    assert [layer for layer in LAYERS if f"{layer}: " not in said] == []
    assert "It ended at try 7." in said
    assert axe.faults(page) == []

    page.get_by_role("button", name="Attack again").click()
    expect(page.locator("#sent")).to_have_text("0 of 40")
    page.get_by_role("button", name="Undo everything").click()
    expect(page.get_by_role("status")).to_contain_text("the attack has left nothing")
    page.get_by_role("button", name="Attack the sign-up").click()
    expect(page.locator("#sent")).to_have_text("19 of 40")
    page.goto(demo.url)
    done = page.locator("li.card.done", has_text="Play the attacker")
    expect(done).to_have_count(1)
