"""An admin makes a production key: stopped, code, proof, on; and the whole story in the log.

The real demo is driven as a newcomer would: its own process, worker, inbox page and admin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, SIZES
from tests.demo.running import Demo, running_demo
from tests.ports import free_port

Shot = Callable[[Page, str], Path]
PATIENCE_MS = 15_000
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A laptop that recognizes its owner, as Chromium's virtual one."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all journeys of this file."""
    with running_demo(tmp_path_factory.mktemp("journey") / "var", free_port()) as demo:
        yield demo


@contextmanager
def visitor(
    browser: Browser, demo: Demo, *, size: tuple[int, int] = DESKTOP, javascript: bool = True
) -> Iterator[Page]:
    """A browser profile of its own, at the demo."""
    profile = browser.new_context(
        base_url=demo.url,
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=javascript,
    )
    profile.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    try:
        page = profile.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
        )
        yield page
    finally:
        profile.close()
    assert not complaints, complaints


def log_in(page: Page, name: str) -> None:
    page.goto("/login/")
    page.get_by_role("button", name=re.compile(re.escape(name))).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def fill_in_key(page: Page, name: str) -> None:
    page.goto("/keys/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Environment").select_option("production")


def read_code(page: Page) -> str:
    """The newest code, read off the inbox page in another tab."""
    inbox = page.context.new_page()
    try:
        inbox.goto("/inbox/")
        code = inbox.get_by_label("Code").first
        for _ in range(100):
            if code.count():
                break
            inbox.reload()
        return code.inner_text().strip()
    finally:
        inbox.close()


def prove(
    page: Page,
    shot: Shot | None = None,
    name: str = "",
    *,
    asks: str = "Create or rotate a production API key",
    number: str = "01",
) -> None:
    """From the choosing page to the page after the right code."""
    expect(page.get_by_text(asks).first).to_be_visible()
    if shot:
        shot(page, f"{name} choose")
    before = code_count(page)
    page.get_by_role("button", name="Send a code").click()
    field = page.get_by_label("Code", exact=True)
    expect(field).to_be_visible()
    expect(page.get_by_text(f"+1 ••• ••{number}").first).to_be_visible()
    wait_for_more_codes(page, before)
    if shot:
        shot(page, f"{name} code")
    field.fill(read_code(page))
    page.get_by_role("button", name="Verify").click()


def code_count(page: Page) -> int:
    inbox = page.context.new_page()
    try:
        inbox.goto("/inbox/")
        return inbox.get_by_label("Code").count()
    finally:
        inbox.close()


def wait_for_more_codes(page: Page, before: int) -> None:
    inbox = page.context.new_page()
    try:
        for _ in range(300):
            inbox.goto("/inbox/")
            if inbox.get_by_label("Code").count() > before:
                return
    finally:
        inbox.close()
    raise AssertionError("no code came")


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
def test_by_html_form(browser: Browser, demo: Demo, shot: Shot, size: tuple[int, int]) -> None:
    name = f"ci-{size[0]}"
    with visitor(browser, demo, size=size) as page:
        log_in(page, "alice@acme")
        fill_in_key(page, name)
        page.get_by_role("button", name="Create the key").click()
        prove(page, shot, f"journey {size[0]}")
        expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()
        shot(page, f"journey {size[0]} continue")
        page.get_by_role("button", name=re.compile(f"Continue.*{name}")).click()
        expect(page.locator("#fresh code.secret")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text=name)).to_be_visible()
        assert_no_sideways_scrolling(page)

        # A second sensitive action inside the window passes unasked.
        fill_in_key(page, f"{name}-again")
        page.get_by_role("button", name="Create the key").click()
        expect(page.get_by_role("row").filter(has_text=f"{name}-again")).to_be_visible()


def assert_no_sideways_scrolling(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"{width} px too wide"


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
def test_every_change_of_a_key_is_in_the_ledger(
    browser: Browser, demo: Demo, shot: Shot, size: tuple[int, int]
) -> None:
    name = f"ledger-{size[0]}"
    with visitor(browser, demo, size=size) as page:
        log_in(page, "alice@acme")
        page.goto("/keys/")
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Create the key").click()
        prove(page, asks="Create or rotate an API key")
        page.get_by_role("button", name=re.compile(f"Continue.*{name}")).click()
        row = page.get_by_role("row").filter(has_text=name)
        expect(row.get_by_text("not confirmed yet")).to_have_count(0)
        row.get_by_role("button", name="Scope").click()
        expect(row.get_by_text("read and write")).to_be_visible()
        row.get_by_role("button", name="Rotate").click()
        expect(page.locator("#fresh code.secret")).to_be_visible()
        shot(page, f"ledger {size[0]}")
        assert_no_sideways_scrolling(page)
        row.get_by_role("button", name="Delete").click()
        expect(row).to_have_count(0)
        page.goto("/audit/")
        for code in ("key.created", "key.scope_changed", "key.rotated", "key.deleted"):
            expect(page.get_by_text(code, exact=True).first).to_be_visible()


def test_an_organization_may_ask_before_an_entry_of_the_log_is_opened(
    browser: Browser, demo: Demo, shot: Shot
) -> None:
    with visitor(browser, demo) as page:
        log_in(page, "alice@acme")
        page.goto("/audit/")
        page.get_by_role("table").get_by_role("link").first.click()
        expect(page.get_by_role("link", name="Back to the log")).to_be_visible()
        page.get_by_role("link", name="Download this entry").click()
        expect(page.get_by_text("Somebody downloaded an entry of the log").first).to_be_visible()
        expect(page).to_have_url(re.compile("/security/step-up/"))
    with visitor(browser, demo) as page:
        log_in(page, "dave@globex")
        page.goto("/audit/")
        page.get_by_role("table").get_by_role("link").first.click()
        prove(page, asks="Somebody looked at an entry of the log", number="04")
        expect(page.get_by_role("link", name="Back to the log")).to_be_visible()
        shot(page, "entry")
        page.goto("/audit/")
        expect(page.get_by_text("demo.audit_entry.viewed").first).to_be_visible()


def test_without_javascript(browser: Browser, demo: Demo) -> None:
    with visitor(browser, demo, javascript=False) as page:
        log_in(page, "alice@acme")
        fill_in_key(page, "no-script")
        page.get_by_role("button", name="Create the key").click()
        prove(page)
        page.get_by_role("button", name=re.compile("Continue.*no-script")).click()
        expect(page.get_by_role("row").filter(has_text="no-script")).to_be_visible()


def test_the_inbox_stands_beside_the_code_where_there_is_room(
    browser: Browser, demo: Demo, shot: Shot
) -> None:
    with visitor(browser, demo) as page:
        log_in(page, "alice@acme")
        fill_in_key(page, "beside")
        page.get_by_role("button", name="Create the key").click()
        before = code_count(page)
        page.get_by_role("button", name="Send a code").click()
        wait_for_more_codes(page, before)
        code = read_code(page)
        beside = page.get_by_role("complementary", name="Demo: the inbox")
        expect(beside.locator(".code").first).to_have_text(code)
        expect(page.get_by_role("link", name="Demo: the inbox ↗")).to_be_hidden()
        shot(page, "journey inbox beside")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        expect(beside).to_be_hidden()
        expect(page.get_by_role("link", name="Demo: the inbox ↗")).to_be_visible()
        assert_no_sideways_scrolling(page)
        page.get_by_label("Code", exact=True).fill(code)
        page.get_by_role("button", name="Verify").click()
        expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()


def test_a_table_that_scrolls_can_be_scrolled_by_keys_and_no_page_is_too_wide_from_right_to_left(
    browser: Browser, demo: Demo
) -> None:
    with visitor(browser, demo, size=PHONE) as page:
        log_in(page, "alice@acme")
        for path in ("/", "/contacts/", "/members/", "/keys/", "/audit/"):
            page.goto(path)
            for table in page.locator(".scroll").all():
                assert table.get_attribute("tabindex") == "0"
                assert table.get_attribute("aria-label")
            page.evaluate("document.documentElement.dir = 'rtl'")
            assert_no_sideways_scrolling(page)
        spanish = page.get_by_role("button", name=re.compile("^ES"))
        expect(spanish).to_have_accessible_name(re.compile("ES.*Español"))


def test_by_fetch(browser: Browser, demo: Demo, shot: Shot) -> None:
    with visitor(browser, demo) as page:
        log_in(page, "alice@acme")
        fill_in_key(page, "by-fetch")
        page.get_by_role("button", name="Create it by fetch").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        shot(page, "journey fetch dialog")
        with page.expect_popup() as opened:
            dialog.get_by_role("link").click()
        prove(opened.value)
        expect(page.locator("#fresh")).to_contain_text("by-fetch")
        expect(dialog).to_have_count(0)


def test_a_wrong_code_leaves_the_form_usable(browser: Browser, demo: Demo) -> None:
    with visitor(browser, demo) as page:
        log_in(page, "alice@acme")
        fill_in_key(page, "wrong-first")
        page.get_by_role("button", name="Create the key").click()
        before = code_count(page)
        page.get_by_role("button", name="Send a code").click()
        wait_for_more_codes(page, before)
        right = read_code(page)
        page.get_by_label("Code", exact=True).fill(f"{(int(right) + 1) % 1_000_000:06d}")
        page.get_by_role("button", name="Verify").click()
        expect(page.get_by_role("alert")).to_contain_text("4 tries left")
        page.get_by_label("Code", exact=True).fill(right)
        page.get_by_role("button", name="Verify").click()
        expect(page.get_by_role("button", name=re.compile("Continue"))).to_be_visible()


def test_the_enterprise_tenant_asks_for_a_passkey_and_gets_one(
    browser: Browser, demo: Demo, shot: Shot
) -> None:
    """A phone is not enough here, but enough to add a passkey, which then is."""
    with visitor(browser, demo) as page:
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable", {"enableUI": False})
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        log_in(page, "ines@initech")
        fill_in_key(page, "corporate")
        page.get_by_role("button", name="Create the key").click()
        expect(page.get_by_role("heading", name="Set up a way to confirm")).to_be_visible()
        expect(page.get_by_role("button", name="Send a code")).to_have_count(0)
        shot(page, "journey enterprise enroll")
        page.get_by_label("Name").fill("Work laptop")
        page.get_by_role("button", name="Continue").click()

        before = code_count(page)
        page.get_by_role("button", name=re.compile("Send a code")).click()
        wait_for_more_codes(page, before)
        page.get_by_label("Code", exact=True).fill(read_code(page))
        page.get_by_role("button", name="Verify").click()
        page.get_by_role("button", name=re.compile("Continue: Change how you confirm")).click()
        page.get_by_role("button", name="Create the passkey").click()

        page.get_by_role("button", name=re.compile("Continue.*corporate")).click()
        expect(page.get_by_role("row").filter(has_text="corporate")).to_be_visible()
        shot(page, "journey enterprise done")


def test_the_admin_log_tells_the_story(browser: Browser, demo: Demo, shot: Shot) -> None:
    with visitor(browser, demo) as page:
        log_in(page, "alice@acme")
        fill_in_key(page, "for-the-log")
        page.get_by_role("button", name="Create the key").click()
        prove(page)
        page.get_by_role("button", name=re.compile("Continue")).click()
        expect(page.get_by_role("row").filter(has_text="for-the-log")).to_be_visible()
    with visitor(browser, demo) as page:
        log_in(page, "ops")
        page.goto("/admin/otpguard/event/")
        rows = page.locator("#result_list tbody tr").filter(has_text="for-the-log")
        expect(rows.first).to_be_visible()
        shot(page, "journey events")
        told = " | ".join(reversed(rows.all_inner_texts()))
        places = [
            told.index(label)
            for label in (
                "A confirmation was asked for",
                "A challenge was started",
                "A code was sent",
                "A confirmation succeeded",
                "A confirmation began to count",
                "A request passed",
            )
        ]
        assert places == sorted(places), told
        for fact in ("Acme", "alice@acme", "127.0.0.1", "Chrome on Linux"):
            assert fact in told
