"""What the journeys of a sent code share: a person with a phone, their page, Meta's receipts."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.test import Client
from playwright.sync_api import Locator, Page, expect

from otpguard.channels.providers import meta_whatsapp
from otpguard.testing.vendor_server import Received, Vendor
from tests import factories
from tests.browser import OpenPage
from tests.vendors import meta

NUMBER = "+12015550123"
TIMER, SLACK = 8.0, 1.0
"""Seconds: what a vendor has for its receipt, and what the fallback may take on top of it."""


@contextmanager
def admins_page(open_page: OpenPage, site_url: str, size: tuple[int, int]) -> Iterator[Page]:
    """A browser of an admin with a phone, who has just logged in."""
    tenant = factories.tenant()
    user = factories.user(email="alice@example.com")
    factories.member(tenant, user, roles=["admin"])
    factories.phone_factor(user, NUMBER)
    session = factories.login(Client(), user, tenant).cookies["sessionid"].value
    with open_page(size=size) as page:
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": site_url}])
        yield page
    assert not complaints, complaints


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
    """True while the page has not been loaded again since the code was asked for."""
    return page.evaluate("window.untouched === true")


def enter(page: Page, digits: str) -> None:
    """Type the code and be where one wanted to go."""
    field = page.get_by_label("Code", exact=True)
    expect(field).to_be_focused()
    page.keyboard.type(digits)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("done: billing by GET")).to_be_visible()


def digits_of_chat(message: Received) -> str:
    """The code in a WhatsApp message."""
    body = message.json["template"]["components"][0]
    return str(body["parameters"][0]["text"])


def send_chat_receipt(site: str, chats: Vendor, status: str) -> None:
    """Meta says, signed, what became of the first WhatsApp message."""
    [message] = chats.replied[0].body["messages"]
    value = {"statuses": [{"id": message["id"], "status": status}]}
    body = json.dumps({"entry": [{"changes": [{"value": value}]}]}).encode()
    headers = {"Content-Type": "application/json"}
    headers["X-Hub-Signature-256"] = meta_whatsapp.signature_of(meta.APP_SECRET, body)
    call(f"{site}/security/webhooks/chats/", body, headers)


def call(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Call the site as a vendor does. Fails unless the receipt is taken."""
    asked = urllib.request.Request(url, body, dict(headers))
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200
