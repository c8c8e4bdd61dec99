"""What spares people a detour: a number to check, a place to begin, what is missing and no more."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from otpguard.models import Factor
from tests import guarded
from tests.visits import Enter


def test_a_number_just_typed_is_shown_in_full_and_can_be_changed(enter: Enter, shot: Any) -> None:
    with enter() as visit:
        visit.page.goto("/billing/")
        visit.page.get_by_label("Phone number").fill("+12015550134")
        visit.click("Send a code")
        expect(visit.page.get_by_text("+1 201-555-0134").first).to_be_visible()
        shot(visit.page, f"number in full {visit.size}")
        visit.click("Change the number")
        visit.page.get_by_label("Phone number").fill("+12015550135")
        visit.click("Send a code")
        expect(visit.page.get_by_text("+1 201-555-0135").first).to_be_visible()
        visit.enter_sent_code()
        expect(visit.page.get_by_text("done: billing by GET")).to_be_visible()
        visit.page.goto("/security/")
        expect(visit.page.get_by_text("•••").first).to_be_visible()
        expect(visit.page.get_by_text("555-0135")).to_have_count(0)
        assert Factor.objects.filter(user=visit.user, confirmed=True).count() == 1


def test_each_page_begins_where_something_is_to_be_done(enter: Enter, shot: Any) -> None:
    with enter(phone=True) as visit:
        page = visit.page
        page.goto("/billing/")
        expect(page.get_by_role("button", name=re.compile("Send a code"))).to_be_focused()
        shot(page, f"focus choose {visit.size}")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Code", exact=True)).to_be_focused()
        shot(page, f"focus code {visit.size}")
        for path in ("/security/", "/security/add/", "/security/recovery-codes/"):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_focused()
        page.goto("/security/add/phone/")
        expect(page.get_by_label("Phone number")).to_be_focused()


def test_only_what_was_not_kept_is_typed_again(enter: Enter, shot: Any) -> None:
    with enter(phone=True) as visit:
        page = visit.page
        page.goto("/card-form/")
        page.get_by_label("Name on the card").fill("Ada")
        page.get_by_label("Number of the card").fill("4242424242424242")
        visit.click("Save")
        visit.click(re.compile("Send a code"))
        visit.enter_sent_code()
        missing = page.get_by_label("Number of the card")
        expect(missing).to_be_focused()
        expect(page.get_by_text("Name on the card")).to_be_visible()
        expect(page.get_by_text("Ada", exact=True)).to_be_visible()
        shot(page, f"blanks {visit.size}")
        missing.fill("4242424242424242")
        visit.click(re.compile("Continue"))
        expect(page.get_by_text("done: card of Ada")).to_be_visible()
        assert guarded.ran[-1] == "card of Ada"


def test_the_dialog_names_what_is_confirmed_and_escape_is_calm(enter: Enter, shot: Any) -> None:
    with enter(phone=True, name="Acme Ltd") as visit:
        page = visit.page
        page.goto("/script/")
        visit.click("Create")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Create or rotate an API key")
        expect(dialog).to_contain_text("a key")
        expect(dialog).to_contain_text("Acme Ltd")
        shot(page, f"dialog {visit.size}")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(page.get_by_role("status")).to_have_text("Not confirmed. Nothing was done.")
        expect(page.get_by_role("button", name="Create")).to_be_focused()
        assert guarded.ran == []
