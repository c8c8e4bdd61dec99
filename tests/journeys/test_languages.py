"""Every page on a phone, in every language: nothing is so long that the page scrolls sideways."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import translation
from playwright.sync_api import Page, Route

from tests.browser import keep_here
from tests.host import Host
from tests.po_files import LANGUAGES
from tests.web.every_page import every_page

BRAND = "Example CRM"
TOO_WIDE = """() => {
  const end = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")].filter(
    (each) => each.checkVisibility() && each.getBoundingClientRect().right > end + 1,
  );
  const named = wide.map((each) => each.outerHTML.slice(0, 120));
  return document.documentElement.scrollWidth > end ? ["the page", ...named] : named;
}"""
"""What reaches past the right edge of the window."""


SHORTER = sorted(set(LANGUAGES) - {"fr"})


@pytest.fixture(params=["fr", *(pytest.param(each, marks=pytest.mark.slow) for each in SHORTER)])
def language(request: pytest.FixtureRequest, settings: Any) -> str:
    """The language of the site. French is the longest; the others follow in the slow suite."""
    settings.LANGUAGE_CODE = request.param
    settings.OTPGUARD = {**settings.OTPGUARD, "BRAND": BRAND, "HOME_URL": "/start/"}
    return str(request.param)


def show(page: Page, url: str, response: HttpResponse) -> None:
    """Open a response in the browser, with the style and the scripts of the site."""

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body=response.content)

    page.route(url, answer)
    keep_here(page)
    page.goto(url)
    page.unroute(url)


def test_no_page_scrolls_sideways(
    host: Host, phone_page: Page, site_url: str, language: str
) -> None:
    seen = 0
    with translation.override(language):
        for name, response in every_page(host):
            show(phone_page, f"{site_url}/seen/", response)
            assert phone_page.locator("html").get_attribute("lang") == language, name
            assert phone_page.evaluate(TOO_WIDE) == [], name
            seen += 1
    assert seen > 50


def test_the_measure_sees_a_word_that_is_too_long(phone_page: Page) -> None:
    frame = '<meta name="viewport" content="width=device-width"><p><b>{}</b></p>'
    phone_page.set_content(frame.format("short words " * 20))
    assert phone_page.evaluate(TOO_WIDE) == []
    phone_page.set_content(frame.format("Wiederherstellungscode" * 4))
    assert phone_page.evaluate(TOO_WIDE)[:2] == [
        "the page",
        f"<b>{'Wiederherstellungscode' * 4}</b>",
    ]
