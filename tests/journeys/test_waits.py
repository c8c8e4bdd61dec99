"""Where people wait, the page counts down with them, and never looks frozen."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from otpguard.core.checkpoints import SENSITIVE
from otpguard.flows.release import hold
from otpguard.models import Membership
from tests import factories
from tests.visits import Enter, Visit


def held(visit: Visit, *, length: timedelta) -> None:
    """Open a page that a hold of that length stops, with the browser's clock in hand."""
    member = Membership.objects.get(user=visit.user)
    facts = factories.facts(factories.user(), visit.tenant)
    until = timezone.now() + length
    hold.start(facts=facts, membership=member, checkpoint=SENSITIVE, until=until, reason="a test")
    visit.page.clock.install()
    visit.page.goto("/billing/")


def test_the_page_of_a_hold_counts_down_and_then_lets_try_again(enter: Enter) -> None:
    with enter(phone=True) as visit:
        held(visit, length=timedelta(minutes=5))
        again = visit.page.get_by_text("Try again", exact=True)
        expect(again).to_have_attribute("aria-disabled", "true")
        assert again.get_attribute("href") is None
        expect(visit.page.locator("[data-otpguard-left]")).to_have_text(
            re.compile(r"\([45]:\d\d\)")
        )
        visit.page.clock.fast_forward("05:01")
        expect(visit.page.get_by_text("You can go on now.")).to_be_visible()
        assert again.get_attribute("href") == "/billing/"


def test_a_day_away_is_said_as_tomorrow(enter: Enter) -> None:
    with enter(phone=True) as visit:
        held(visit, length=timedelta(hours=24))
        expect(visit.page.get_by_text(re.compile(r"from tomorrow at \d+:\d\d"))).to_be_visible()


def test_after_ten_seconds_in_which_nobody_sends_the_page_offers_another_way(enter: Enter) -> None:
    with enter(phone=True) as visit:
        visit.page.clock.install()
        visit.page.goto("/billing/")
        visit.click(re.compile("Send a code"))
        another = visit.page.get_by_role("link", name="Choose another way")
        expect(visit.page.get_by_label("Code", exact=True)).to_be_visible()
        visit.page.wait_for_load_state()  # the script counts from here, not from what is seen
        expect(another).to_be_hidden()
        visit.page.clock.fast_forward("00:11")
        expect(another).to_be_visible()
        another.click()
        expect(visit.page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()


def test_somebody_can_leave_from_any_page(enter: Enter) -> None:
    with enter(phone=True) as visit:
        visit.page.goto("/billing/")
        visit.page.get_by_role("button", name="Log out").click()
        expect(visit.page.get_by_role("heading", name="You are logged out")).to_be_visible()
        visit.page.goto("/security/")
        expect(visit.page).to_have_url(re.compile("/admin/login/"))
