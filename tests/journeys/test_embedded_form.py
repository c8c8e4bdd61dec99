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
from otpguard.models import Challenge, PhoneClaim, SpentToken
from otpguard.testing import send_queued
from tests import guarded

NUMBER = "+12015550123"
LANDING = """<!doctype html><title>Landing</title><h1>Join us</h1>
<script src="{site}/static/otpguard/otpguard-embed.js" data-otpguard="{site}/security/" defer>
</script>
<form data-otpguard-checkpoint="signup" action="/joined/" method="post">
<label>Phone <input type="tel" name="number" required></label> <button>Join</button></form>"""


class Landing(ThreadingHTTPServer):
    """A site of its own: another port is another origin. `posted` is what its form was sent."""

    daemon_threads = True

    def __init__(self, site: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page = LANDING.format(site=site)
        self.posted: list[dict[str, list[str]]] = []

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Landing

    def do_GET(self) -> None:
        self._say(self.server.page)

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


def ready(page: Page, landing: Landing) -> None:
    page.goto(landing.origin)
    expect(page.locator("form[data-otpguard-ready]")).to_be_visible()


def test_it_proves_the_number_and_sends_a_reference_along(page: Page, landing: Landing) -> None:
    ready(page, landing)
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
