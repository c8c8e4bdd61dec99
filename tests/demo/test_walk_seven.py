"""The seven checkpoints of the demo, walked through in a browser, in ordinary organizations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.demo.walking import CHOOSE, CONFIRMED, ENTER, NEW_PASSWORD, WAIT, Walk, counts_down

DAY = 24 * 3600


def ask_for_link(walk: Walk, email: str) -> str:
    """From the login page to what is said after asking for a link; the text of that page."""
    walk.page.goto("/login/")
    walk.press("Forgot your password?")
    walk.page.get_by_label("E-mail address").fill(email)
    walk.press("Send a link")
    walk.says("Check your mailbox")
    return walk.page.get_by_role("main").inner_text()


def test_a_stranger_signs_up_and_shows_a_phone_only_for_a_company(walk: Walk) -> None:
    walk.try_card("Sign up")
    walk.page.get_by_label("E-mail").fill("kim@vandelay.example")
    walk.fill_new_password()
    walk.press("Create account")
    walk.says("Welcome! You are logged in as kim@vandelay.example")
    walk.press("Found the company")
    walk.page.get_by_label("Phone number").fill("+1 201 555 0142")
    assert walk.confirm() == ["Set up a way to confirm", ENTER, CONFIRMED]
    walk.says("Vandelay Industries is ready, and your phone is verified.")
    walk.says("✓ +1 ••• ••42")
    walk.message("kim@vandelay.example", "A way to confirm was added")


def test_a_forgotten_password_needs_the_link_and_the_phone(walk: Walk) -> None:
    unknown = ask_for_link(walk, "nobody@globex.example")
    assert ask_for_link(walk, "frank@globex.example") == unknown
    walk.page.goto(walk.link("frank@globex.example", "Set a new password"))
    walk.skip_messages()
    assert walk.heading() == CHOOSE
    walk.press(re.compile("Send a code"))
    walk.enter_code()
    walk.says("Set a new password")
    walk.fill_new_password()
    walk.press("Set the new password")
    walk.says("Your new password is set")
    walk.message("frank@globex.example", "Your password was reset")


@pytest.mark.slow  # the rest of the suite knows it without a browser
def test_without_a_phone_the_link_is_enough_and_sensitive_actions_wait(walk: Walk) -> None:
    ask_for_link(walk, "nora@acme.example")
    walk.page.goto(walk.link("nora@acme.example", "Set a new password"))
    walk.fill_new_password()
    walk.press("Set the new password")
    walk.says("Your new password is set")
    walk.message("nora@acme.example", "Sensitive actions wait until")
    walk.password = NEW_PASSWORD
    walk.log_in("nora@acme")
    walk.page.goto("/keys/")
    walk.page.get_by_label("Name").fill("hers")
    walk.press("Create the key")
    walk.says("Not yet")
    counts_down(walk.page, WAIT, most=DAY)


def test_a_new_admin_waits_a_day_and_all_admins_are_told(walk: Walk) -> None:
    walk.try_card("Grant a role")
    walk.page.get_by_label("Member", exact=True).select_option(label="bob@acme (member)")
    walk.page.get_by_label("Role").select_option("admin")
    walk.press("Grant")
    walk.says("admin role for bob@acme")
    assert walk.confirm() == [CHOOSE, ENTER, CONFIRMED]
    walk.says("bob@acme has the role admin now.")
    told = walk.message("erin@people.example", "A role with admin rights was granted")
    expect(told.locator(".code")).to_have_count(0)
    walk.message("bob@acme.example", "A role with admin rights was granted")
    walk.log_in("bob@acme")
    walk.page.goto("/keys/")
    walk.page.get_by_label("Name").fill("his")
    walk.press("Create the key")
    walk.says("You were given a new role.")
    walk.says("Who can end it: Two other administrators, or the operators of the site.")
    counts_down(walk.page, WAIT, most=DAY)


def test_a_changed_card_is_told_and_the_link_locks_without_a_login(
    walk: Walk, passer_by: Walk
) -> None:
    walk.try_card("Change how you pay")
    walk.fill_card()
    walk.press("Change the card")
    assert walk.confirm() == [CHOOSE, ENTER, CONFIRMED]
    walk.says("You pay with the card ending in 4242 now.")
    lock = walk.link("carol@acme.example", "How your organization pays was changed")
    passer_by.page.goto(lock)
    before = passer_by.heading()
    passer_by.page.get_by_role("main").get_by_role("button").first.click()
    expect(passer_by.page.get_by_role("heading", level=1)).not_to_have_text(before)
    walk.fill_card()
    walk.press("Change the card")
    walk.says(re.compile("Not yet|locked"))


@pytest.mark.slow  # the rest of the suite knows it without a browser
def test_a_production_key_is_made_after_a_code(walk: Walk) -> None:
    walk.try_card("Create an API key")
    walk.page.get_by_label("Name").fill("ci")
    walk.page.get_by_label("Environment").select_option("production")
    walk.press("Create the key")
    walk.says("production key 'ci'")
    assert walk.confirm() == [CHOOSE, ENTER, CONFIRMED]
    expect(walk.page.locator("code.secret")).to_contain_text("acme_live_")
    walk.page.goto("/keys/")
    expect(walk.page.locator("code.secret")).to_have_count(0)


def test_the_log_is_taken_away_after_a_code_and_holds_ones_own_events(walk: Walk) -> None:
    walk.try_card("Export the audit log")
    walk.press("Export as JSON lines")
    assert walk.confirm() == [CHOOSE, ENTER]
    walk.says("of Globex, one JSON document a line")
    with walk.page.expect_download() as file:
        walk.press("Download the log")
    events = [json.loads(line) for line in Path(file.value.path()).read_text().splitlines()]
    assert {event["tenant"] for event in events} == {events[0]["tenant"]}
    walk.page.goto("/audit/")
    walk.says("audit_log_export")


def ask_for_contacts(walk: Walk) -> None:
    """Henry's contacts, up to the page on which the export waits."""
    walk.try_card("Export customer data")
    walk.press("Export as CSV")
    assert walk.confirm() == [CHOOSE, ENTER]
    walk.press("Make the file")
    expect(walk.page.get_by_role("heading", level=1)).to_have_text("Your export is waiting")


def test_an_export_waits_and_the_link_of_the_email_cancels_it(walk: Walk, passer_by: Walk) -> None:
    ask_for_contacts(walk)
    counts_down(walk.page, WAIT, most=60)
    expect(walk.page.get_by_text("Download", exact=True)).to_have_attribute("aria-disabled", "true")
    link = walk.link("henry@hooli.example", "An export of your organization's data was asked for")
    passer_by.page.goto(link)
    walk.page.reload()
    walk.says("Your export is waiting")
    passer_by.press("Cancel this export")
    passer_by.says("The export is canceled")
    walk.page.reload()
    walk.says("Its file and its key are destroyed.")
    passer_by.page.goto(link)
    expect(passer_by.page.get_by_role("button", name="Cancel this export")).to_have_count(0)


@pytest.mark.slow  # a wait of a minute
def test_an_export_is_downloaded_once_its_countdown_is_over(walk: Walk) -> None:
    ask_for_contacts(walk)
    ready = walk.page.get_by_role("heading", level=1, name="Your export is ready")
    expect(ready).to_be_visible(timeout=80_000)
    with walk.page.expect_download() as file:
        walk.press("Download")
        walk.confirm()
    lines = Path(file.value.path()).read_text().splitlines()
    assert lines[0] == "name,company,email,city"
    assert len(lines) == 9
