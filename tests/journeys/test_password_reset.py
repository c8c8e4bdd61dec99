"""A forgotten password, in a browser: the link, the phone, the new password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from otpguard.channels.providers.memory import SENT
from otpguard.models import Hold
from otpguard.testing import send_queued
from tests import factories
from tests.browser import PHONE, OpenPage
from tests.resetting import NEW_PASSWORD, link_to, work_off


@pytest.fixture(autouse=True)
def site(settings: Any, reload_site: Callable[[], None]) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    reload_site()


def ask(page: Page, email: str) -> None:
    """From the form to the page that the link opens."""
    page.goto("/accounts/password-reset/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send a link").click()
    expect(page.get_by_role("heading", name="Check your mailbox")).to_be_visible()
    work_off()


def set_new(page: Page) -> None:
    """Fill in the new password."""
    for field in page.locator("input[type=password]").all():
        field.fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set the new password").click()
    expect(page.get_by_role("heading", name="Your new password is set")).to_be_visible()


def test_a_person_with_a_phone_shows_it_and_sets_a_new_password(page: Page, shot: Any) -> None:
    user = factories.user()
    factories.phone_factor(user)
    page.goto("/accounts/password-reset/")
    shot(page, "reset, ask")
    ask(page, user.email)
    shot(page, "reset, asked")
    page.goto(link_to(user.email))
    shot(page, "reset, choose")
    page.get_by_role("button", name="Send a code").click()
    expect(page.get_by_label("Code", exact=True)).to_be_visible()
    send_queued()
    page.get_by_label("Code", exact=True).fill(SENT[-1].code.digits)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", name="Set a new password")).to_be_visible()
    shot(page, "reset, new password")
    set_new(page)
    shot(page, "reset, done")
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    page.goto(link_to(user.email))
    expect(page.get_by_role("heading", name="This link does not work any more")).to_be_visible()
    shot(page, "reset, used link")


def test_without_a_factor_on_a_phone_what_is_sensitive_waits(
    open_page: OpenPage, shot: Any
) -> None:
    user = factories.user()
    factories.member(factories.tenant(), user)
    with open_page(size=PHONE, javascript=False) as page:
        ask(page, user.email)
        page.goto(link_to(user.email))
        shot(page, "reset, new password, phone")
        set_new(page)
    assert Hold.objects.filter(user=user, lifted_at=None).exists()
