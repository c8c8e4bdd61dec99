"""A code that does not arrive: the page says so by itself, and the same code comes another way.

All of it is real but for the vendors, which answer and report over HTTP from this machine: the
browser, the site, the worker with its timers, the database.
"""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from otpguard.channels.signatures import hub
from otpguard.channels.signatures import twilio as sign_as_twilio
from otpguard.models import Challenge
from tests import factories, guarded
from tests.journeys.conftest import DESKTOP, PHONE, OpenPage
from tests.journeys.settings import vendors
from tests.vendors import meta, twilio
from tests.vendors.server import Received, Vendor, vendor
from tests.worker import CeleryWorker, running_worker

Shot = Callable[[Page, str], Path]
NUMBER = "+12015550123"
FORM = "application/x-www-form-urlencoded"
TIMER, SLACK = 8.0, 1.0
"""Seconds: what a vendor has to report in, and what the fallback may take on top of it."""
AT_ONCE = 2.0
"""Seconds after a report of failure: far below the timer, with room for a busy machine."""


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

    def report_text(self, status: str, **fields: str) -> None:
        """Twilio says, signed, what became of the text message, where we asked it to."""
        to = self.text().form["StatusCallback"]
        said = {"MessageSid": self.texts.replied[0].body["sid"], "MessageStatus": status, **fields}
        signature = sign_as_twilio(twilio.AUTH_TOKEN, to, said.items())
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
        _call(to, urlencode(said).encode(), headers)

    def report_chat(self, status: str) -> None:
        """Meta says, signed, what became of the WhatsApp message."""
        [message] = self.chats.replied[0].body["messages"]
        value = {"statuses": [{"id": message["id"], "status": status}]}
        body = json.dumps({"entry": [{"changes": [{"value": value}]}]}).encode()
        headers = {"Content-Type": "application/json"}
        headers["X-Hub-Signature-256"] = hub(meta.APP_SECRET, body)
        _call(f"{self.site}/security/webhooks/chats/", body, headers)


def _call(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Call the site as a vendor does. Fails unless the report is taken."""
    asked = urllib.request.Request(url, body, dict(headers))
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


@pytest.fixture(scope="module")
def running(
    django_db_setup: None, live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vendors]:
    """Two vendors that take everything, and a worker that knows them."""
    site = f"http://localhost:{live_server.thread.port}"
    with (
        vendor(twilio.messaging) as texts,
        vendor(meta.cloud) as chats,
        running_worker(
            tmp_path_factory.mktemp("mail"),
            settings_module="tests.journeys.settings",
            OTPGUARD_TEST_TEXTS=texts.url,
            OTPGUARD_TEST_CHATS=chats.url,
            OTPGUARD_TEST_SITE=site,
        ) as worker,
    ):
        yield Vendors(texts=texts, chats=chats, worker=worker, site=site)


@pytest.fixture
def at_vendors(running: Vendors, settings: Any, site_url: str) -> Vendors:
    """The site, with everything guarded, that sends its codes over these vendors."""
    settings.ROOT_URLCONF = "tests.guarded"
    settings.OTPGUARD = vendors(texts=running.texts.url, chats=running.chats.url, site=site_url)
    guarded.ran.clear()
    running.forget()
    return running


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, open_page: OpenPage, site_url: str) -> Iterator[Page]:
    """A browser of an admin with a phone, who has just logged in."""
    tenant = factories.tenant()
    user = factories.user(email="alice@example.com")
    factories.member(tenant, user, roles=["admin"])
    factories.phone_factor(user, NUMBER)
    session = factories.login(Client(), user, tenant).cookies["sessionid"].value
    with open_page(size=request.param) as page:
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": site_url}])
        yield page
    assert not complaints, complaints


SILENT = pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)
"""Eight seconds are waited once."""


def ask_for_a_code(page: Page) -> Locator:
    """Be stopped, ask for a code, and have a page that follows where it goes."""
    page.goto("/billing/")
    page.get_by_role("button", name=re.compile("Send a code")).click()
    status = page.get_by_role("status")
    expect(status).to_have_attribute("aria-live", "polite")
    expect(status).to_contain_text("Sent by text message to +1 ••• ••23")
    expect(status).to_contain_text("If none comes, we try again by WhatsApp")
    page.evaluate("window.untouched = true")
    return status


def is_untouched(page: Page) -> bool:
    """True while the page has not been loaded anew since the code was asked for."""
    return page.evaluate("window.untouched === true")


def enter(page: Page, digits: str) -> None:
    """Type the code and be where one wanted to go."""
    field = page.get_by_label("Code", exact=True)
    expect(field).to_be_focused()
    page.keyboard.type(digits)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("done: billing by GET")).to_be_visible()


def digits_of_text(message: Received) -> str:
    """The code in a text message: once for people, once for the browser."""
    [digits] = set(re.findall(r"\b\d{6}\b", message.form["Body"]))
    return digits


def digits_of_chat(message: Received) -> str:
    """The code in a WhatsApp message."""
    body = message.json["template"]["components"][0]
    return str(body["parameters"][0]["text"])


def test_a_text_message_that_failed_is_followed_by_whatsapp_at_once(
    page: Page, at_vendors: Vendors, shot: Shot
) -> None:
    status = ask_for_a_code(page)
    text = at_vendors.text()
    assert at_vendors.chats.received == []
    factories.age(Challenge.objects.get(), last_sent_at=timezone.now() - timedelta(minutes=1))
    expect(page.get_by_role("button", name="Send again", exact=True)).to_be_enabled()
    reported = time.monotonic()
    at_vendors.report_text("undelivered", ErrorCode="30005")
    chat = at_vendors.chat()
    assert chat.at - reported < AT_ONCE, "nobody waits for the timer of a message that failed"
    assert chat.at - text.at < TIMER + SLACK
    assert digits_of_chat(chat) == digits_of_text(text)

    expect(status).to_have_text("The same code was sent again by WhatsApp to +1 ••• ••23.")
    wait = page.get_by_role("button", name=re.compile(r"Send again in \d+ s"))
    expect(wait, "what was sent anew is waited for anew").to_be_disabled()
    at_vendors.report_chat("delivered")
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
