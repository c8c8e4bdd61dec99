"""The seven checkpoints and those beside them, walked through in the enterprise organization of the
demo: a passkey is asked for, and a phone is not enough."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.demo.running import Demo
from tests.demo.walking import CHOOSE, CONFIRMED, ENTER, NEW_PASSWORD, WAIT, Walk, counts_down

pytestmark = pytest.mark.slow

USE = "Confirm with your passkey"
ASKED = [CHOOSE, USE, CONFIRMED]


@pytest.fixture(scope="module")
def own_browser(walked_demo: Demo, walkers_browser: Browser) -> Iterator[Walk]:
    """The browser of Ines, who adds a passkey on her way to another card."""
    walk = Walk.begin(walkers_browser, walked_demo.url)
    walk.plug_in()
    walk.try_card("An enterprise customer")
    walk.fill_card()
    walk.press("Change the card")
    walk.says("This organization asks for a passkey, security key or hardware token here.")
    assert walk.confirm() == [
        "Set up a way to confirm",
        CHOOSE,
        ENTER,
        CONFIRMED,
        "Add a passkey or security key",
        CONFIRMED,
    ]
    walk.says("You pay with the card ending in 4242 now.")
    yield walk
    walk.end()


@pytest.fixture
def ines(own_browser: Walk) -> Walk:
    """Ines, who has just logged in and proven nothing yet."""
    own_browser.log_in("ines@initech")
    own_browser.skip_messages()
    return own_browser


def only_by_passkey(walk: Walk) -> None:
    """Fails where a phone would do."""
    assert walk.heading() == CHOOSE
    expect(walk.page.get_by_role("button", name="Confirm with: Passkey")).to_be_visible()
    expect(walk.page.get_by_text("Send a code")).to_have_count(0)


def test_how_it_pays_is_changed_by_passkey_and_all_billing_admins_are_told(ines: Walk) -> None:
    ines.page.goto("/billing/")
    ines.fill_card()
    ines.press("Change the card")
    only_by_passkey(ines)
    assert ines.confirm() == ASKED
    ines.says("You pay with the card ending in 4242 now.")
    ines.message("ines@initech.example", "Not you, and nobody you know of? Lock it.")


def test_a_member_is_invited_at_once_and_an_admin_by_passkey(ines: Walk) -> None:
    ines.page.goto("/members/")
    ines.press("Invite somebody")
    ines.page.get_by_label("E-mail").fill("ann@example.com")
    ines.press("Invite")
    ines.says("ann@example.com is invited as member.")
    ines.press("Invite somebody")
    ines.page.get_by_label("E-mail").fill("kim@example.com")
    ines.page.get_by_label("Role").select_option("admin")
    ines.page.get_by_role("button", name="Invite").click()
    only_by_passkey(ines)
    ines.says("kim@example.com: admin")
    assert ines.confirm() == ASKED
    ines.says("kim@example.com is invited as admin.")
    ines.message("kim@example.com", "A role with admin rights was granted")


def test_a_stranger_joins_by_a_phone_and_needs_a_passkey_for_the_export(
    ines: Walk, passer_by: Walk
) -> None:
    ines.page.goto("/invite/")
    ines.page.get_by_label("E-mail").fill("max@example.com")
    ines.press("Invite")
    link = ines.link("max@example.com", "Join within three days")
    ines.page.goto(link)
    ines.says("you are logged in as ines@initech")
    newcomer = passer_by
    newcomer.plug_in()
    newcomer.page.goto(link)
    newcomer.page.get_by_label("Phone number").fill("+1 201 555 0143")
    newcomer.press(re.compile("^Send"))
    newcomer.enter_code()
    expect(newcomer.page.get_by_role("heading", level=1)).to_have_text("Join Initech Enterprise")
    newcomer.fill_new_password()
    newcomer.press("Join")
    newcomer.says("You work in Initech Enterprise now. Your phone is verified.")
    newcomer.says("✓ +1 ••• ••43")
    newcomer.page.goto("/contacts/")
    newcomer.press("Export as CSV")
    newcomer.says("This organization asks for a passkey, security key or hardware token here.")
    assert newcomer.confirm() == [
        "Set up a way to confirm",
        CHOOSE,
        ENTER,
        CONFIRMED,
        "Add a passkey or security key",
    ]
    newcomer.press("Make the file")
    expect(newcomer.page.get_by_role("heading", level=1)).to_have_text("Your export is waiting")
    counts_down(newcomer.page, WAIT, most=60)
    ines.message("ines@initech.example", "An export of your organization's data was asked for")
    ines.page.goto("/")
    done = ines.page.locator("li.card.done", has_text="Join an enterprise customer")
    expect(done).to_have_count(1)
    newcomer.page.context.clear_cookies()
    newcomer.page.goto(link)
    newcomer.says("This invitation is over")


def test_a_role_is_granted_by_passkey(ines: Walk) -> None:
    ines.page.goto("/invite/")
    ines.page.get_by_label("E-mail").fill("lee@example.com")
    ines.press("Invite")
    ines.page.get_by_label("Member", exact=True).select_option(label="lee@example.com (member)")
    ines.page.get_by_label("Role").select_option("admin")
    ines.press("Grant")
    only_by_passkey(ines)
    ines.says("admin role for lee@example.com")
    assert ines.confirm() == ASKED
    ines.says("lee@example.com has the role admin now.")
    ines.message("ines@initech.example", "Sensitive actions of this person wait until")


def test_a_production_key_is_made_by_passkey(ines: Walk) -> None:
    ines.page.goto("/keys/")
    ines.page.get_by_label("Name").fill("ci")
    ines.page.get_by_label("Environment").select_option("production")
    ines.press("Create the key")
    only_by_passkey(ines)
    assert ines.confirm() == ASKED
    expect(ines.page.locator("code.secret")).to_contain_text("acme_live_")


def test_the_log_is_looked_at_and_taken_away_by_passkey(ines: Walk) -> None:
    ines.page.goto("/audit/")
    only_by_passkey(ines)
    assert ines.confirm() == [CHOOSE, USE]
    ines.says("Audit log of Initech Enterprise")
    ines.press("Export as JSON lines")
    with ines.page.expect_download() as file:
        ines.press("Download the log")
    lines = Path(file.value.path()).read_text().splitlines()
    assert len({json.loads(line)["tenant"] for line in lines}) == 1


def test_customer_data_waits_after_a_passkey_and_the_page_cancels_it(ines: Walk) -> None:
    ines.page.goto("/contacts/")
    ines.press("Export as CSV")
    only_by_passkey(ines)
    assert ines.confirm() == [CHOOSE, USE]
    ines.press("Make the file")
    expect(ines.page.get_by_role("heading", level=1)).to_have_text("Your export is waiting")
    counts_down(ines.page, WAIT, most=60)
    ines.message("ines@initech.example", "An export of your organization's data was asked for")
    ines.press("Cancel this export")
    ines.says("Its file and its key are destroyed.")
    ines.message("ines@initech.example", "anceled")


def test_a_deal_and_the_rules_are_changed_by_passkey_each_by_its_own(ines: Walk) -> None:
    ines.page.goto("/deals/")
    ines.page.get_by_label("Dollars").fill("50000")
    ines.press("Save")
    only_by_passkey(ines)
    ines.says("Renewal: 48000 to 50000 dollars")
    assert ines.confirm() == ASKED
    ines.says("Renewal is worth 50000 dollars now.")
    ines.page.goto("/policy/")
    ines.press("Save")
    only_by_passkey(ines)
    ines.says("a proof counts 15 minutes")
    assert ines.confirm() == ASKED
    ines.says("A proof counts for 15 minutes at the export now.")


def test_a_payment_is_signed_by_passkey_and_named_on_each_page(ines: Walk) -> None:
    ines.page.goto("/pay/")
    ines.page.get_by_label("Amount").fill("1250.00")
    ines.press("Pay")
    only_by_passkey(ines)
    for button in ("Confirm with: Passkey", "Use your passkey", "Continue"):
        ines.says("1250.00 EUR, Ann & Co, ...2051")
        ines.press(re.compile(f"^{button}"))
    ines.says("Paid: 1250.00 EUR, Ann & Co, ...2051")


def test_closing_waits_and_the_link_of_the_email_cancels_it_without_a_login(
    ines: Walk, passer_by: Walk
) -> None:
    ines.page.goto("/close/")
    ines.press("Close Initech Enterprise")
    only_by_passkey(ines)
    assert ines.confirm() == ASKED
    ines.says("Initech Enterprise will be closed at")
    counts_down(ines.page, "[data-until]", most=60)
    passer_by.page.goto(ines.link("ines@initech.example", "about to be closed"))
    ines.page.reload()
    ines.says("will be closed at")
    passer_by.page.get_by_role("main").get_by_role("button").first.click()
    passer_by.message("ines@initech.example", "stays open")
    ines.page.reload()
    expect(ines.page.get_by_role("button", name="Close Initech Enterprise")).to_be_visible()


def test_a_forgotten_password_needs_the_link_and_the_passkey(ines: Walk) -> None:
    ines.press("Log out")
    ines.page.goto("/login/")
    ines.press("Forgot your password?")
    ines.page.get_by_label("E-mail address").fill("ines@initech.example")
    ines.press("Send a link")
    ines.says("Check your mailbox")
    ines.page.goto(ines.link("ines@initech.example", "Set a new password"))
    ines.says("Reset an administrator's password")
    only_by_passkey(ines)
    ines.press(re.compile("^Confirm with: Passkey"))
    ines.press("Use your passkey")
    ines.says("Set a new password")
    ines.fill_new_password()
    ines.press("Set the new password")
    ines.says("Your new password is set")
    ines.password = NEW_PASSWORD
    ines.message("ines@initech.example", "Your password was reset")
