"""A landing page of another origin proves a number, and the product's server uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from otpguard.channels.providers.memory import SENT
from otpguard.core.pumping.visitor_form import bot
from otpguard.models import Challenge, MailedBrowser, PhoneClaim, SpentToken
from otpguard.testing import send_queued
from tests import guarded
from tests.browser import PHONE, OpenPage
from tests.flows.number.mailing import EMAIL, link_in_mailbox

NUMBER = "+12015550123"
ASKED_FIRST = "Before a code is sent to your phone, confirm your e-mail address."
LANDING = """<!doctype html><title>Landing</title><h1>Join us</h1>
<script src="{site}/static/otpguard/otpguard-embed.js" data-otpguard="{site}/security/" defer>
</script>
<form data-otpguard-checkpoint="signup" action="/joined/" method="post">{more}
<label>Phone <input type="tel" name="number" required></label> <button>Join</button></form>"""
KIND = "email"
OWN_FIELD = f'<label>Your address <input type="{KIND}" name="{KIND}" required></label>'


class Landing(ThreadingHTTPServer):
    """A site of its own: another port is another origin. `posted` is what its form was sent."""

    daemon_threads = True

    def __init__(self, site: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.site = site
        self.posted: list[dict[str, list[str]]] = []

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Landing

    def do_GET(self) -> None:
        more = OWN_FIELD if self.path.startswith("/own-email") else ""
        self._say(LANDING.format(site=self.server.site, more=more))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.posted.append(parse_qs(body))
        self._say("<p>Welcome</p>")

    def _say(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def landing(
    site_url: str,
    settings: Any,
    reload_site: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Landing]:
    """Everybody counts as fast there, so that the puzzle is always asked for."""
    monkeypatch.setattr(bot, "FASTEST_MS", 600_000)
    settings.ROOT_URLCONF = "tests.guarded"
    with Landing(site_url) as server:
        settings.OTPGUARD = {**settings.OTPGUARD, "EMBED_ORIGINS": [server.origin]}
        reload_site()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
    guarded.ran.clear()


@pytest.fixture
def straight_to_the_number(landing: Landing, settings: Any) -> None:
    """No e-mail comes first on this site."""
    settings.OTPGUARD = {**settings.OTPGUARD, "EMAIL_FIRST": False}


def ready(page: Page, landing: Landing, path: str = "/") -> None:
    page.goto(landing.origin + path)
    expect(page.locator("form[data-otpguard-ready]")).to_be_visible()


def prove(page: Page) -> None:
    """From the number to the page behind the form."""
    page.get_by_label("Phone").fill(NUMBER)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Code")).to_be_visible()
    send_queued()
    page.get_by_label("Code").fill(SENT[-1].code.digits)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("Welcome")).to_be_visible()


@pytest.mark.usefixtures("straight_to_the_number")
def test_it_proves_the_number_and_sends_a_reference_along(page: Page, landing: Landing) -> None:
    ready(page, landing)
    expect(page.get_by_text(ASKED_FIRST)).to_have_count(0)
    page.get_by_label("Phone").fill(NUMBER)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Code")).to_be_visible()
    send_queued()
    digits = SENT[-1].code.digits
    page.get_by_label("Code").fill("000000" if digits != "000000" else "111111")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status")).to_contain_text("4 tries left")
    page.get_by_label("Code").fill(digits)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("Welcome")).to_be_visible()
    posted = landing.posted[0]
    assert posted["number"] == [NUMBER]
    assert "contact_subject" not in posted
    assert len(posted["otpguard_claim"]) == 1
    assert PhoneClaim.objects.get().browser == Challenge.objects.get().browser
    assert page.context.cookies() == []
    assert SpentToken.objects.count() == 2, "the form's token and the solved puzzle"


def test_a_stranger_opens_the_link_of_an_email_and_comes_back_to_the_form(
    page: Page, landing: Landing, open_page: OpenPage, shot: Any
) -> None:
    ready(page, landing, "/join")
    expect(page.get_by_text(ASKED_FIRST)).to_be_visible()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("E-mail address").press("Enter")
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    shot(page, "embedded, link sent")
    link = link_in_mailbox()
    # On their phone, or in the browser that the e-mail program opens: they go on there.
    with open_page(size=PHONE) as elsewhere:
        elsewhere.goto(link)
        expect(elsewhere.get_by_text("Then you enter your phone number at")).to_be_visible()
        shot(elsewhere, "embedded, link")
        elsewhere.get_by_role("button", name="Go on").click()
        elsewhere.wait_for_url(f"{landing.origin}/join")
        expect(elsewhere.locator("form[data-otpguard-ready]")).to_be_visible()
        expect(elsewhere.get_by_text(ASKED_FIRST)).to_have_count(0)
        prove(elsewhere)
    assert Challenge.objects.get().spend_lane == "mailed"
    assert MailedBrowser.objects.get().proven_at is not None
    assert len(landing.posted[0]["otpguard_claim"]) == 1

    # The page that has asked for the link is not let in by that.
    page.get_by_label("Phone").fill("+12015550124")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("Confirm your e-mail address first")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_be_focused()
    assert Challenge.objects.count() == 1


def test_the_email_field_of_the_form_is_the_one_that_is_used(
    page: Page, landing: Landing, shot: Any
) -> None:
    ready(page, landing, "/own-email")
    assert page.locator("input[type=email]").count() == 1
    page.get_by_role("button", name="Send a link").click()
    expect(page.get_by_label("Your address")).to_be_focused()
    page.get_by_label("Your address").fill(EMAIL)
    page.get_by_role("button", name="Send a link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    shot(page, "embedded, own field")
    page.goto(link_in_mailbox())
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{landing.origin}/own-email")
    expect(page.locator("form[data-otpguard-ready]")).to_be_visible()
    page.get_by_label("Your address").fill(EMAIL)
    prove(page)
    assert landing.posted[0]["email"] == [EMAIL]


def test_a_page_that_is_not_listed_asks_for_nothing(
    page: Page, landing: Landing, settings: Any
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "EMBED_ORIGINS": ["https://www.example.com"]}
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    with page.expect_console_message(lambda line: "cannot ask for codes" in line.text):
        page.goto(landing.origin)
    assert page.locator("form[data-otpguard-ready]").count() == 0
    assert not Challenge.objects.exists()
