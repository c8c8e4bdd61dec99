"""Somebody who has logged in adds a number while their browser has to be checked first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from otpguard.flows.pumping.known_prefixes import forget
from otpguard.models import Challenge, Factor, PrefixStatistic, SpentToken
from tests.visits import Enter, Visit

NUMBER = "+1 201 555 0123"
Shot = Callable[[Page, str], Path]


def young() -> dict[str, Any]:
    """An organization of today, which has shown no use. Numbers beside this one have entered no
    code."""
    now = timezone.now()
    PrefixStatistic.objects.create(level="middle", key="+1201555", total=3.0, at=now)
    forget()
    return {"created_at": now, "usage_signal_at": None}


def send(visit: Visit) -> None:
    """From what is guarded to the form for a number, and send it."""
    visit.page.goto("/billing/")
    visit.heading("Set up a way to confirm")
    visit.page.get_by_label("Phone number").fill(NUMBER)
    visit.click("Send a code")


def test_the_browser_is_checked_and_the_number_is_added(enter: Enter, shot: Shot) -> None:
    with enter(**young()) as visit:
        demands: list[str] = []
        visit.page.on(
            "response",
            lambda got: demands.append(got.url) if got.status == 403 else None,
        )
        send(visit)
        expect(visit.page.get_by_label("Code", exact=True)).to_be_visible()
        assert len(demands) == 1, "once asked for the puzzle, and no more"
        assert SpentToken.objects.count() == 2, "the form's token and the solved puzzle"
        shot(visit.page, f"puzzle, code {visit.size}")
        visit.enter_sent_code()
        visit.page.goto("/billing/")
        expect(visit.page.get_by_text("done: billing by GET")).to_be_visible()
        assert Factor.objects.get().confirmed


def test_how_far_it_is_is_told_and_the_number_stays(enter: Enter, shot: Shot) -> None:
    with enter(**young()) as visit:
        page = visit.page
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
        send(visit)
        line = page.get_by_role("status")
        expect(line).to_have_text("Checking your browser. Your code is sent right after that. 50 %")
        expect(page.get_by_label("Phone number")).to_have_value(NUMBER)
        expect(page.get_by_role("button", name="Send a code")).to_be_disabled()
        expect(page.get_by_role("alert")).to_have_count(0)
        shot(page, f"puzzle, progress {visit.size}")


def test_a_browser_that_cannot_be_checked_is_led_to_another_way(enter: Enter, shot: Shot) -> None:
    with enter(**young()) as visit:
        page = visit.page
        page.add_init_script("Object.defineProperty(window.crypto, 'subtle', { value: undefined })")
        send(visit)
        expect(page.get_by_role("status")).to_contain_text("choose another way below")
        shot(page, f"puzzle, not checked {visit.size}")
        choose_an_app(visit)


def test_without_a_script_a_calm_sentence_leads_to_another_way(enter: Enter, shot: Shot) -> None:
    with enter(javascript=False, **young()) as visit:
        page = visit.page
        send(visit)
        said = page.get_by_text("needs JavaScript. Switch it on, or choose another way below.")
        expect(said).to_be_visible()
        expect(page.get_by_label("Phone number")).to_have_value(NUMBER)
        assert "go back and use your e-mail" not in page.content(), "nobody has one to use here"
        shot(page, f"puzzle, no script {visit.size}")
        assert not Challenge.objects.exists()
        choose_an_app(visit)


def choose_an_app(visit: Visit) -> None:
    """The other way is on the same page, and works."""
    visit.page.get_by_role("link", name="Authenticator app").click()
    visit.click("Continue")
    expect(visit.page.locator("svg").first).to_be_visible()
    assert Factor.objects.filter(kind="totp").exists()
