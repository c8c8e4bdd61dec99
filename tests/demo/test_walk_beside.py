"""What ships beside the seven checkpoints, walked through in ordinary organizations of the demo."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.demo.walking import CHOOSE, CODE, CONFIRMED, ENTER, Walk, counts_down

pytestmark = pytest.mark.slow

ASKED = [CHOOSE, ENTER, CONFIRMED]


def test_a_payment_is_named_on_each_page_and_in_the_text(walk: Walk) -> None:
    walk.try_card("Pay somebody")
    walk.page.get_by_label("Amount").fill("1250.00")
    walk.press("Pay")
    walk.says("1250.00 EUR, Ann & Co, ...2051")
    walk.press(re.compile("^Send a code"))
    expect(walk.page.get_by_role("heading", level=1)).to_have_text(ENTER)
    walk.says("1250.00 EUR, Ann & Co, ...2051")
    walk.message(CODE, "1250.00 EUR", "Ann & Co", "2051")
    assert walk.confirm() == [ENTER, CONFIRMED]
    walk.says("Paid: 1250.00 EUR, Ann & Co, ...2051")


def test_rules_are_changed_with_a_proof_for_this_change_alone(walk: Walk) -> None:
    walk.try_card("Change the policy")
    for minutes in ("15", "12"):
        walk.page.get_by_label("Minutes").fill(minutes)
        walk.press("Save")
        walk.says(f"a proof counts {minutes} minutes")
        assert walk.confirm() == ASKED
        walk.says(f"A proof counts for {minutes} minutes at the export now.")


def test_closing_counts_down_and_its_own_page_keeps_it_open(walk: Walk) -> None:
    walk.try_card("Close the account")
    walk.says("for 72 hours by default")
    walk.press("Close Globex")
    assert walk.confirm() == ASKED
    counts_down(walk.page, "[data-until]", most=60)
    walk.message("erin@people.example", "Your organization is about to be closed")
    walk.press("Keep it open")
    expect(walk.page.get_by_role("button", name="Close Globex")).to_be_visible()
    walk.message("erin@people.example", "stays open")


def test_who_lets_it_close_gets_it_back_by_the_next_card(walk: Walk) -> None:
    walk.try_card("Close the account")
    walk.press("Close Globex")
    walk.confirm()
    closed = walk.message("dave@globex.example", "was closed", seconds=150)
    expect(closed).to_be_visible()
    walk.page.goto("/audit/")
    walk.says("This organization is suspended.")
    walk.try_card("Export the audit log")
    walk.says("Open again: Globex.")
    walk.says("Audit log of Globex")


def test_a_key_of_the_ready_page_opens_the_contacts_until_it_is_deleted(walk: Walk) -> None:
    walk.try_card("Keys that come ready")
    walk.page.get_by_label("Name").fill("nightly")
    walk.page.get_by_label("Environment").select_option(label="Test")
    walk.press("Confirm and create the key")
    assert walk.confirm() == ASKED
    secret = walk.page.get_by_text(re.compile("^acme_test_")).first.inner_text()
    ask = walk.page.context.request
    headers = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
    answer = ask.get("/api/contacts/", headers=headers)
    assert answer.status == 200
    assert len(answer.json()) == 8
    walk.page.goto("/security/keys/")
    walk.press(re.compile("^Delete ?: nightly"))
    walk.confirm()
    walk.says("There is no key yet.")
    assert ask.get("/api/contacts/", headers=headers).status == 401
    assert ask.get("/api/contacts/").status == 401, "a login is no key"
    walk.page.goto("/")
    done = walk.page.locator("li.card.done", has_text="Keys that come ready")
    expect(done).to_have_count(1)
