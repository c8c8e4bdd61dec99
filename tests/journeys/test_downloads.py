"""A download after a proof: asked for once, said to have started, and a way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from otpguard.channels.providers.memory import SENT
from otpguard.testing import send_queued
from tests import factories, guarded
from tests.browser import OpenPage
from tests.enrolling import enforce
from tests.visits import Enter

SAID = "Your download has started."


def test_a_link_to_a_file_is_followed_once_and_the_page_says_so(enter: Enter, shot: Any) -> None:
    with enter(phone=True) as visit:
        visit.page.goto("/contacts/")
        visit.click("Download")
        visit.click(re.compile("Send a code"))
        with visit.page.expect_download() as file:
            visit.enter_sent_code()
        assert file.value.suggested_filename == "contacts.csv"
        expect(visit.page.get_by_text(SAID)).to_be_visible()
        assert guarded.ran == ["download"]
        shot(visit.page, f"download {visit.size}")
        visit.page.reload()
        expect(visit.page.get_by_text(SAID)).to_be_visible()
        assert guarded.ran == ["download"], "reloading asks for nothing"
        visit.click("Go back")
        expect(visit.page).to_have_url(re.compile(r"/contacts/$"))


def test_a_form_that_is_answered_by_a_file_leaves_no_dead_button(enter: Enter, shot: Any) -> None:
    with enter(phone=True) as visit:
        visit.page.goto("/contacts/")
        visit.click("Export")
        visit.click(re.compile("Send a code"))
        visit.enter_sent_code()
        with visit.page.expect_download():
            visit.click(re.compile("Continue"))
        expect(visit.page.get_by_text(SAID)).to_be_visible()
        expect(visit.page.get_by_role("button", name=re.compile("Continue"))).to_be_hidden()
        expect(visit.page.get_by_role("heading", level=1)).to_be_focused()
        shot(visit.page, f"download by form {visit.size}")
        assert guarded.ran == ["download"]
        visit.click("Go back")
        expect(visit.page).to_have_url(re.compile(r"/contacts/$"))


def test_an_ordinary_page_is_simply_shown_and_back_leads_past_the_way_on(enter: Enter) -> None:
    with enter(phone=True) as visit:
        visit.page.goto("/billing/")
        visit.click(re.compile("Send a code"))
        visit.enter_sent_code()
        expect(visit.page.get_by_text("done: billing by GET")).to_be_visible()
        assert guarded.ran == ["billing by GET"]


@pytest.fixture
def scriptless(open_page: OpenPage, site_url: str, reload_site: Any, settings: Any) -> Any:
    """A page without scripts of somebody with a phone."""
    enforce(settings)
    reload_site()
    guarded.ran.clear()
    of = factories.tenant()
    user = factories.user(email="alice@example.com")
    factories.member(of, user, roles=["admin"])
    factories.phone_factor(user, "+12015550123")
    key = factories.login(Client(), user, of).cookies["sessionid"].value
    with open_page(javascript=False) as page:
        page.context.add_cookies([{"name": "sessionid", "value": key, "url": site_url}])
        yield page


def test_without_scripts_the_file_comes_once_and_the_page_lets_go_back(scriptless: Page) -> None:
    scriptless.goto("/contacts/")
    scriptless.get_by_role("link", name="Download").click()
    scriptless.get_by_role("button", name=re.compile("Send a code")).click()
    send_queued()
    scriptless.get_by_label("Code", exact=True).fill(SENT[-1].code.digits)
    with scriptless.expect_download():
        scriptless.get_by_role("button", name="Verify").click()
    expect(scriptless.get_by_text("If it is a download, it starts by itself")).to_be_visible()
    assert guarded.ran == ["download"]
    scriptless.get_by_role("link", name="Go back", exact=True).click()
    expect(scriptless).to_have_url(re.compile(r"/contacts/$"))


def test_without_scripts_another_way_is_offered(scriptless: Page) -> None:
    scriptless.goto("/billing/")
    scriptless.get_by_role("button", name=re.compile("Send a code")).click()
    scriptless.get_by_role("link", name="Confirm in another way").click()
    expect(scriptless.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
