"""A code that does not arrive: the page says so by itself, and the same code comes another way.

All of it is real but for the vendors, which answer and send receipts from this machine: the
browser, the site, the worker with its timers, the database.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from otpguard.channels.providers import twilio_messaging
from otpguard.models import Challenge
from otpguard.testing.vendor_server import Received, Vendor, vendor
from tests import factories, guarded
from tests.browser import PHONE, SIZES, OpenPage
from tests.journeys.sending import (
    SLACK,
    TIMER,
    admins_page,
    ask_for_a_code,
    call,
    digits_of_chat,
    enter,
    is_untouched,
    send_chat_receipt,
)
from tests.journeys.settings import vendors
from tests.vendors import meta, twilio
from tests.worker import CeleryWorker, running_worker

Shot = Callable[[Page, str], Path]
FORM = "application/x-www-form-urlencoded"
AT_ONCE = 2.0
"""Seconds after a receipt of failure: far below the timer, with room for a busy machine."""


@dataclass(frozen=True)
class Vendors:
    """Both vendors and the worker that speaks to them."""

    texts: Vendor
    chats: Vendor
    worker: CeleryWorker
    site: str

    def forget(self) -> None:
        """Let each test count from nothing."""
        for each in (self.texts, self.chats):
            each.received.clear()
            each.replied.clear()

    def text(self) -> Received:
        """The one text message there was, as it came in."""
        return self._only(self.texts)

    def chat(self) -> Received:
        """The one WhatsApp message there was, as it came in."""
        return self._only(self.chats)

    def _only(self, vendor: Vendor) -> Received:
        self.worker.wait_for(lambda: bool(vendor.received))
        [message] = vendor.received
        return message

    def send_text_receipt(self, status: str, **fields: str) -> None:
        """Twilio says, signed, what became of the text message, where we asked it to."""
        to = self.text().form["StatusCallback"]
        said = {"MessageSid": self.texts.replied[0].body["sid"], "MessageStatus": status, **fields}
        signature = twilio_messaging.signature_of(twilio.AUTH_TOKEN, to, said.items())
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
        call(to, urlencode(said).encode(), headers)

    def send_chat_receipt(self, status: str) -> None:
        """Meta says, signed, what became of the WhatsApp message."""
        send_chat_receipt(self.site, self.chats, status)


@pytest.fixture(scope="module")
def running(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    live_server: LiveServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Vendors]:
    """Two vendors that take everything, and a worker that knows them."""
    site = f"http://localhost:{live_server.thread.port}"
    with (
        vendor(twilio.messaging) as texts,
        vendor(meta.cloud) as chats,
        running_worker(
            tmp_path_factory.mktemp("email"),
            django_db_blocker,
            settings_module="tests.journeys.settings",
            OTPGUARD_TEST_TEXTS=texts.url,
            OTPGUARD_TEST_CHATS=chats.url,
            OTPGUARD_TEST_SITE=site,
        ) as worker,
    ):
        yield Vendors(texts=texts, chats=chats, worker=worker, site=site)


@pytest.fixture
def at_vendors(running: Vendors, settings: Any, site_url: str) -> Iterator[Vendors]:
    """The site, with everything guarded, that sends its codes over these vendors.

    The worker has nothing in hand when the tables are emptied: what it writes later would stay.
    """
    settings.ROOT_URLCONF = "tests.guarded"
    settings.OTPGUARD = vendors(texts=running.texts.url, chats=running.chats.url, site=site_url)
    guarded.ran.clear()
    running.forget()
    yield running
    running.worker.wait_until_idle()


@pytest.fixture(params=SIZES, ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, open_page: OpenPage, site_url: str) -> Iterator[Page]:
    """A browser of an admin with a phone, who has just logged in."""
    with admins_page(open_page, site_url, request.param) as page:
        yield page


SILENT = pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)
"""Eight seconds are waited once."""


def digits_of_text(message: Received) -> str:
    """The code in a text message: once for people, once for the browser."""
    [digits] = set(re.findall(r"\b\d{6}\b", message.form["Body"]))
    return digits


def test_a_text_message_that_failed_is_followed_by_whatsapp_at_once(
    page: Page, at_vendors: Vendors, shot: Shot
) -> None:
    status = ask_for_a_code(page)
    text = at_vendors.text()
    assert at_vendors.chats.received == []
    factories.age(Challenge.objects.get(), last_sent_at=timezone.now() - timedelta(minutes=1))
    expect(page.get_by_role("button", name="Send again", exact=True)).to_be_enabled()
    told_at = time.monotonic()
    at_vendors.send_text_receipt("undelivered", ErrorCode="30005")
    chat = at_vendors.chat()
    assert chat.at - told_at < AT_ONCE, "nobody waits for the timer of a message that failed"
    assert chat.at - text.at < TIMER + SLACK
    assert digits_of_chat(chat) == digits_of_text(text)

    expect(status).to_have_text("The same code was sent again by WhatsApp to +1 ••• ••23.")
    wait = page.get_by_role("button", name=re.compile(r"Send again in \d+ s"))
    expect(wait, "what was sent again is waited for again").to_be_disabled()
    at_vendors.send_chat_receipt("delivered")
    expect(status).to_have_text("Delivered by WhatsApp to +1 ••• ••23.")
    assert is_untouched(page)
    shot(page, f"fell back {page.viewport_size['width']}")
    enter(page, digits_of_chat(chat))
    assert guarded.ran == ["billing by GET"]
    at_vendors.worker.wait_until_idle()
    assert (len(at_vendors.texts.received), len(at_vendors.chats.received)) == (1, 1)


@SILENT
def test_a_text_message_of_which_nothing_is_heard_is_followed_by_whatsapp_in_time(
    page: Page, at_vendors: Vendors
) -> None:
    status = ask_for_a_code(page)
    chat, text = at_vendors.chat(), at_vendors.text()
    assert TIMER - SLACK < chat.at - text.at < TIMER + SLACK
    assert digits_of_chat(chat) == digits_of_text(text)
    expect(status).to_have_text("The same code was sent again by WhatsApp to +1 ••• ••23.")
    assert is_untouched(page)
    enter(page, digits_of_chat(chat))
    assert guarded.ran == ["billing by GET"]
