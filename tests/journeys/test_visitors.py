"""A stranger at the form for a number: fast, slow, and without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from otpguard.channels.providers.memory import SENT
from otpguard.core.pumping.visitor_form import bot
from otpguard.models import Challenge, SpentToken
from otpguard.testing import send_queued
from tests import guarded
from tests.browser import OpenPage
from tests.flows.number.mailing import link_in_mailbox

NUMBER = "+12015550123"


@pytest.fixture(autouse=True)
def site(
    settings: Any, reload_site: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Everybody counts as fast: how long the browser of a test takes is left to the machine."""
    monkeypatch.setattr(bot, "FASTEST_MS", 600_000)
    settings.ROOT_URLCONF = "tests.guarded"
    reload_site()
    guarded.ran.clear()
    yield
    guarded.ran.clear()


def forbidden(page: Page) -> list[str]:
    """What the page's own content policy stops, and scripts that fail, from now on."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda said: found.append(said.text) if "Content Security" in said.text else None,
    )
    return found


def test_who_is_fast_is_checked_by_their_own_browser_and_goes_on(page: Page, shot: Any) -> None:
    complaints = forbidden(page)
    page.goto("/join/")
    page.get_by_label("Phone number").fill(NUMBER)
    page.get_by_role("button", name="Send a code").click()
    expect(page.get_by_label("Code", exact=True)).to_be_visible()
    shot(page, "visitor, code")
    assert SpentToken.objects.count() == 2, "the form's token and the solved puzzle"
    send_queued()
    page.get_by_label("Code", exact=True).fill(SENT[-1].code.digits)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("joining with")).to_be_visible()
    assert not complaints, complaints


def test_progress_is_told_while_the_puzzle_is_solved(page: Page, shot: Any) -> None:
    page.goto("/join/")
    # A solver that never ends keeps the page where it can be looked at.
    page.route(
        "**/otpguard/work.js",
        lambda route: route.fulfill(
            content_type="text/javascript",
            body=(
                "window.otpguardWork = { fingerprint: async () => '',"
                " solve: (_, progress) => new Promise(() => progress(50)) };"
            ),
        ),
    )
    page.get_by_label("Phone number").fill(NUMBER)
    page.get_by_role("button", name="Send a code").click()
    line = page.get_by_role("status")
    expect(line).to_have_text("Checking your browser. Your code is sent right after that. 50 %")
    expect(line).to_have_attribute("aria-live", "polite")
    expect(page.get_by_label("Phone number")).to_have_value(NUMBER)
    expect(page.get_by_role("button", name="Send a code")).to_be_disabled()
    shot(page, "visitor, proof of work")


def test_a_browser_that_cannot_be_checked_is_told_another_way(page: Page, shot: Any) -> None:
    page.add_init_script("Object.defineProperty(window.crypto, 'subtle', { value: undefined })")
    page.goto("/join/")
    page.get_by_label("Phone number").fill(NUMBER)
    page.get_by_role("button", name="Send a code").click()
    expect(page.get_by_role("status")).to_contain_text("use your e-mail or another way")
    shot(page, "visitor, not checked")


def test_without_a_script_the_form_works_and_a_demand_is_told_in_words(
    nojs_page: Page, shot: Any
) -> None:
    page = nojs_page
    page.goto("/join/")
    page.get_by_label("Phone number").fill(NUMBER)
    page.get_by_role("button", name="Send a code").click()
    expect(page.get_by_text("needs JavaScript")).to_be_visible()
    expect(page.get_by_text("use your e-mail or another way")).to_be_visible()
    expect(page.get_by_label("Phone number")).to_have_value(NUMBER)
    shot(page, "visitor, no script")
    assert not Challenge.objects.exists()


def test_no_person_reaches_the_honeypot(page: Page) -> None:
    page.goto("/join/")
    trap = page.locator("input[name=contact_subject]")
    box = page.locator(".og-trap").bounding_box()
    assert box is not None
    assert box["width"] <= 1
    for _ in range(8):
        page.keyboard.press("Tab")
        expect(trap).not_to_be_focused()


def test_a_stranger_opens_the_link_of_an_email_and_then_enters_a_number(
    page: Page, open_page: OpenPage, shot: Any
) -> None:
    complaints = forbidden(page)
    page.goto("/sign-up/")
    expect(page.get_by_role("heading", name="Confirm your e-mail address")).to_be_visible()
    shot(page, "visitor, e-mail first")
    page.get_by_label("E-mail address").fill("kim@acme.example")
    page.get_by_role("button", name="Send a link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    shot(page, "visitor, link sent")
    link = link_in_mailbox()
    with open_page() as elsewhere:
        elsewhere.goto(link)
        expect(elsewhere.get_by_text("Nothing is wrong")).to_be_visible()
        shot(elsewhere, "visitor, link in another browser")
    page.goto(link)
    shot(page, "visitor, link")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Phone number").fill(NUMBER)
    page.get_by_role("button", name="Send a code").click()
    expect(page.get_by_label("Code", exact=True)).to_be_visible()
    assert Challenge.objects.get().spend_lane == "mailed"
    assert not complaints, complaints


def test_the_link_works_without_a_script(nojs_page: Page) -> None:
    page = nojs_page
    page.goto("/sign-up/")
    page.get_by_label("E-mail address").fill("kim@acme.example")
    page.get_by_role("button", name="Send a link").click()
    page.goto(link_in_mailbox())
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Phone number")).to_be_visible()
