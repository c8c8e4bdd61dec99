"""Every page of ours is usable by ear and by keyboard, enlarged, narrow, dark and mirrored."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Route

from tests import axe
from tests.browser import OpenPage, keep_here
from tests.host import Host
from tests.visits import Enter
from tests.web.every_page import every_page

WORDS = re.compile(r'>[^<]*<|(href|action|value|id|for|data-[a-z-]+|datetime|d)="[^"]*"')


def skeleton(text: str) -> str:
    """The elements of a page without its words: pages that differ in words only look the same."""
    return WORDS.sub("", text)


@pytest.mark.slow  # two to three minutes: some forty pages in nine looks
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(
    host: Host, open_page: OpenPage, settings: Any
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "BRAND": "Example CRM"}
    pages: dict[str, tuple[str, str]] = {}
    for name, response in every_page(host):
        text = response.content.decode()
        pages.setdefault(skeleton(text), (name, text))
    found: list[str] = []
    shown = ""

    def answer(route: Route) -> None:
        route.fulfill(body=shown, content_type="text/html; charset=utf-8")

    with open_page() as page:
        page.route("**/page-that-was-kept/", answer)
        keep_here(page)
        for name, text in pages.values():
            shown = text
            page.goto("/page-that-was-kept/")
            found += [f"{name}: {each}" for each in axe.faults(page)]
    assert len(pages) > 30
    assert not found, "\n".join(found)


@pytest.mark.parametrize("brand", ["B" * 300, "🛡️" * 40, '<b onclick="x">&</b>', "مثال"])
def test_an_odd_name_is_wrapped_and_stays_in_the_window(
    enter: Enter, settings: Any, brand: str
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "BRAND": brand}
    with enter() as visit:
        visit.page.goto("/security/log-out/")
        assert visit.page.locator(".og-brand").inner_text() == brand
        assert axe.faults(visit.page) == []


def test_a_number_in_a_button_is_a_part_of_its_sentence(enter: Enter) -> None:
    with enter(phone=True) as visit:
        visit.page.goto("/billing/")
        for direction in ("ltr", "rtl"):
            visit.page.evaluate("(to) => { document.documentElement.dir = to; }", direction)
            button = visit.page.get_by_role("button", name=re.compile("Send a code to "))
            number = button.locator("bdi")
            assert button.inner_text().startswith("Send a code to +1")
            # The sentence is English on a page of either direction: the number comes last.
            whole, part = button.locator("span").bounding_box(), number.bounding_box()
            assert whole is not None
            assert part is not None
            assert abs(whole["x"] + whole["width"] - part["x"] - part["width"]) < 1, direction
