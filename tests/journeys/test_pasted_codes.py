"""Codes and numbers as people paste and type them: page, script and site read them alike."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from otpguard.channels.providers.memory import SENT
from otpguard.core.codes import CODE_PATTERN, normalize_code
from otpguard.testing import send_queued
from tests.browser import OpenPage
from tests.visits import Enter, Visit

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
LRM, RLM, LRI, PDI, SHY, ZWSP, MINUS = "\u200e\u200f\u2066\u2069\u00ad\u200b\u2212"

TAKEN = """([pattern, points]) => {
  const whole = new RegExp(`^(?:${pattern})$`, "v");
  return points.filter((point) => whole.test(String.fromCodePoint(point)));
}"""
PASTE = """(input, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text", text);
  const cancelable = { bubbles: true, cancelable: true };
  const left = input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, ...cancelable }));
  if (left) {
    input.value = text; // as the browser does when no script has taken it
  }
}"""


@pytest.fixture
def in_persian(settings: Any, reload_site: Callable[[], None]) -> Callable[[], None]:
    """Let the site answer in the language of the browser; call it when the site is open."""

    def change() -> None:
        after = settings.MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")
        locale = "django.middleware.locale.LocaleMiddleware"
        settings.MIDDLEWARE = [
            *settings.MIDDLEWARE[: after + 1],
            locale,
            *settings.MIDDLEWARE[after + 1 :],
        ]
        reload_site()

    return change


def asked_for_a_code(visit: Visit) -> tuple[Locator, str]:
    """The field of a code that has been sent, and that code."""
    visit.page.goto("/billing/")
    visit.click(re.compile("Send a code"))
    field = visit.page.get_by_label("Code", exact=True)
    expect(field).to_be_visible()
    send_queued()
    assert SENT[-1].code is not None
    return field, SENT[-1].code.digits


def test_the_page_lets_through_exactly_what_the_site_reads(open_page: OpenPage) -> None:
    """Every character that Unicode has, one by one."""
    points = [
        point
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point)) not in {"Cn", "Co", "Cs"}
    ]
    with open_page() as page:
        taken = set(page.evaluate(TAKEN, [CODE_PATTERN, points]))
    read = {point for point in points if re.fullmatch("[0-9]?", normalize_code(chr(point)))}
    assert {chr(point) for point in taken ^ read} == set()


def test_persian_digits_are_typed_on_a_page_that_prints_them(
    enter: Enter, in_persian: Callable[[], None]
) -> None:
    in_persian()
    with enter(phone=True, language="fa-IR") as visit:
        field, digits = asked_for_a_code(visit)
        assert visit.page.evaluate("document.dir") == "rtl"
        expect(visit.page.locator("time[data-otpguard-time]").first).to_contain_text(
            re.compile("[\u06f0-\u06f9]")
        )
        assert field.evaluate("input => getComputedStyle(input).direction") == "ltr"
        field.press_sequentially(f"{digits[:3]} {digits[3:]}".translate(PERSIAN))
        visit.click("Verify")
        expect(visit.page.get_by_text("done: billing by GET")).to_be_visible()

        visit.page.goto("/security/add/phone/")
        number = visit.page.get_by_label("Phone number")
        assert number.evaluate("input => getComputedStyle(input).direction") == "ltr"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_code_is_pasted_with_what_hides_around_it(enter: Enter, *, script: bool) -> None:
    with enter(phone=True) as visit:
        if not script:
            visit.page.route("**/code.js", lambda route: route.abort())
        field, digits = asked_for_a_code(visit)
        around = (
            f"{LRI}{digits[:2]}{SHY}{ZWSP}{MINUS}{digits[2:4]}\u2007{digits[4:]}{PDI}{LRM}{RLM}"
        )
        field.evaluate(PASTE, around)
        if not script:
            visit.click("Verify")
        expect(visit.page.get_by_text("done: billing by GET")).to_be_visible()
