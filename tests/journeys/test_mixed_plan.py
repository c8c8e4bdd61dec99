"""The set-up of the seeds: VerifyNow makes the code of a text message, our own account at Meta
carries ours. Where one is silent the other follows, and both count (C14).

All of it is real but for the vendors: the browser, the site, the worker with its timers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from otpguard.models import Challenge, Grant
from otpguard.testing.vendor_server import Received, Vendor, vendor
from tests import guarded
from tests.browser import DESKTOP, PHONE, OpenPage
from tests.journeys.seeds import vendors
from tests.journeys.sending import (
    SLACK,
    TIMER,
    admins_page,
    ask_for_a_code,
    digits_of_chat,
    enter,
    is_untouched,
    send_chat_receipt,
)
from tests.vendors import message_central, meta
from tests.worker import CeleryWorker, running_worker

BOTH = "Enter the newest code that came by text message or WhatsApp."


@dataclass(frozen=True)
class Seeds:
    """Both vendors and the worker that speaks to them."""

    texts: Vendor
    chats: Vendor
    worker: CeleryWorker
    site: str

    def calls(self, path: str) -> list[Received]:
        """What VerifyNow was asked for at this end of its URLs."""
        return [each for each in self.texts.received if each.path.endswith(path)]

    def chat(self) -> Received:
        """The one WhatsApp message there was."""
        self.worker.wait_for(lambda: bool(self.chats.received))
        [message] = self.chats.received
        return message


@pytest.fixture(scope="module")
def running(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    live_server: LiveServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Seeds]:
    """Two vendors that take everything, and a worker that knows them."""
    site = f"http://localhost:{live_server.thread.port}"
    with (
        vendor(message_central.verify_now) as texts,
        vendor(meta.cloud) as chats,
        running_worker(
            tmp_path_factory.mktemp("email"),
            django_db_blocker,
            settings_module="tests.journeys.seeds",
            OTPGUARD_TEST_TEXTS=texts.url,
            OTPGUARD_TEST_CHATS=chats.url,
            OTPGUARD_TEST_SITE=site,
        ) as worker,
    ):
        yield Seeds(texts=texts, chats=chats, worker=worker, site=site)


@pytest.fixture
def seeds(running: Seeds, settings: Any, site_url: str) -> Iterator[Seeds]:
    """The site, with everything guarded, in the set-up of the seeds.

    The worker has nothing in hand when the tables are emptied: what it writes later would stay.
    """
    settings.ROOT_URLCONF = "tests.guarded"
    settings.OTPGUARD = vendors(texts=running.texts.url, chats=running.chats.url, site=site_url)
    guarded.ran.clear()
    for each in (running.texts, running.chats):
        each.received.clear()
        each.replied.clear()
    yield running
    running.worker.wait_until_idle()


@pytest.fixture
def page(request: pytest.FixtureRequest, open_page: OpenPage, site_url: str) -> Iterator[Page]:
    """A browser of an admin with a phone, who has just logged in."""
    with admins_page(open_page, site_url, request.param) as page:
        yield page


@pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)
def test_where_verifynow_stays_silent_our_whatsapp_follows_after_eight_seconds_and_is_right(
    page: Page, seeds: Seeds, shot: Callable[[Page, str], Path]
) -> None:
    status = ask_for_a_code(page)
    chat = seeds.chat()
    [text] = seeds.calls("/send")
    assert TIMER - SLACK < chat.at - text.at < TIMER + SLACK
    expect(status).to_contain_text("Sent by WhatsApp to +1 ••• ••23.")
    expect(status).to_contain_text(BOTH)
    send_chat_receipt(seeds.site, seeds.chats, "delivered")
    expect(status).to_have_text(f"Delivered by WhatsApp to +1 ••• ••23. {BOTH}")
    assert is_untouched(page)
    shot(page, "mixed plan")
    enter(page, digits_of_chat(chat))
    assert guarded.ran == ["billing by GET"]
    assert seeds.calls("/validateOtp") == [], "our digits are compared here"
    assert Grant.objects.get().facts["method"] == "whatsapp"
    seeds.worker.wait_until_idle()
    assert len(seeds.chats.received) == len(seeds.calls("/send")) == 1
    assert "verif" not in seeds.worker.sent_email().lower(), "no third message"


@pytest.mark.parametrize("page", [DESKTOP], ids=["desktop"], indirect=True)
def test_a_text_message_of_verifynow_that_comes_late_is_right_beside_our_whatsapp(
    page: Page, seeds: Seeds
) -> None:
    ask_for_a_code(page)
    page.get_by_role("button", name="Try another way: WhatsApp").click()
    chat = seeds.chat()
    send_chat_receipt(seeds.site, seeds.chats, "delivered")
    expect(page.get_by_role("status")).to_contain_text(BOTH)
    field = page.get_by_label("Code", exact=True)
    wrong = "000000" if digits_of_chat(chat) != "000000" else "000001"
    field.fill(wrong)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("That code is not right"))
    field.fill("")
    field.focus()
    enter(page, message_central.RIGHT)
    assert [each.query["code"] for each in seeds.calls("/validateOtp")] == [
        wrong,
        message_central.RIGHT,
    ]
    assert Challenge.objects.get().attempts == 2
    assert Grant.objects.get().facts["method"] == "sms"
