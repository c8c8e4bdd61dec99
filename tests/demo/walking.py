"""A person at a running demo, in a browser, with the demo's inbox in a tab beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from demo_project.people import PASSWORD
from tests.demo.running import soon

CHOOSE, ENTER, CONFIRMED = "Confirm that it is you", "Enter the code", "Confirmed"
"""Headings of the pages for confirming."""
WAIT = "[data-otpguard-left]"
"""The countdown of a page of otpguard's."""
NEW_PASSWORD = "quite-another-7"
CARD_NUMBER = "4242 4242 4242 4242"
STEP_UP = re.compile(r"/security/(step-up|challenge|enroll)/")
ASKED_FOR_NOW = re.compile(
    "^(Send a code|Confirm with: Passkey|Use your passkey|Create the passkey|Continue)"
)


@dataclass
class Walk:
    """One browser profile: `page` is where somebody acts, `inbox` the tab with all messages."""

    url: str
    page: Page
    inbox: Page
    complaints: list[str]
    password: str = PASSWORD
    seen: float = 0.0

    @classmethod
    def begin(cls, browser: Browser, url: str) -> Walk:
        """Open both tabs. Messages from before are no news."""
        profile: BrowserContext = browser.new_context(
            base_url=url, locale="en-GB", timezone_id="UTC", viewport={"width": 1280, "height": 900}
        )
        profile.set_default_timeout(20_000)
        walk = cls(url, profile.new_page(), profile.new_page(), [])
        walk.page.on("pageerror", lambda error: walk.complaints.append(str(error)))
        walk.page.on("console", lambda said: walk._note(said.text))
        walk.skip_messages()
        return walk

    def _note(self, text: str) -> None:
        if "Content Security" in text:
            self.complaints.append(text)

    def end(self) -> None:
        """Close the browser profile. No script may have failed, and nothing been forbidden."""
        self.page.context.close()
        assert not self.complaints, self.complaints

    # What somebody does
    def try_card(self, title: str) -> None:
        """Press the button of a card of the tour."""
        self.page.goto("/")
        self.press(re.compile(rf"^Try it.*: {re.escape(title)}$"))

    def log_in(self, username: str) -> None:
        """By name and password, at the login page."""
        self.page.goto("/login/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Log in", exact=True).click()
        expect(self.page.get_by_role("button", name="Log out")).to_be_visible()

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button, or follow the link, of that name."""
        button = self.page.get_by_role("button", name=name)
        button.or_(self.page.get_by_role("link", name=name)).first.click()

    def fill_card(self) -> None:
        """A card to pay with, on the page for billing."""
        self.page.get_by_label("Name on the card").fill("Somebody")
        self.page.get_by_label("Card number").fill(CARD_NUMBER)
        self.page.get_by_label("Expires").fill("09/29")

    def fill_new_password(self) -> None:
        """The same new password into each field for one."""
        for field in self.page.locator("input[type=password]").all():
            field.fill(NEW_PASSWORD)

    def plug_in(self) -> None:
        """Give the browser an authenticator that says yes."""
        cdp = self.page.context.new_cdp_session(self.page)
        cdp.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def confirm(self) -> list[str]:
        """Do what the pages for confirming ask for, until one is past them. The headings seen."""
        headings: list[str] = []
        self.page.bring_to_front()  # a passkey is given to the page in front alone
        while STEP_UP.search(self.page.url):
            here = self.page.url
            headings.append(self.heading())
            if self.page.get_by_label("Code", exact=True).count():
                self.enter_code()
            else:
                if self.page.get_by_label("Card number").count():
                    self.page.get_by_label("Card number").fill(CARD_NUMBER)
                self.page.get_by_role("button", name=ASKED_FOR_NOW).first.click()
            self.page.wait_for_url(lambda url, here=here: url != here)
        return headings

    def enter_code(self) -> None:
        """Type the code of the newest message."""
        code = self.message(CODE).locator(".code").inner_text()
        self.skip_messages()
        self.page.bring_to_front()
        self.page.get_by_label("Code", exact=True).fill(code)
        self.press("Verify")

    # What somebody sees
    def heading(self) -> str:
        """The heading of the page."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def says(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page says this."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def message(self, *words: str, seconds: float = 30) -> Locator:
        """The newest message since the last look that has all these words."""

        def look() -> Locator | None:
            self.inbox.goto("/inbox/")
            for message in self.inbox.locator("article.message").all():
                text = message.inner_text()
                if self._age(message) > self.seen and all(word in text for word in words):
                    return message
            return None

        return soon(look, seconds=seconds)

    def link(self, *words: str) -> str:
        """The address of the first link of such a message."""
        address = self.message(*words).get_by_role("link").first.get_attribute("href")
        assert address
        return address

    def skip_messages(self) -> None:
        """What has come until now is no news any more."""
        self.inbox.goto("/inbox/")
        newest = self.inbox.locator("article.message").first
        self.seen = self._age(newest) if newest.count() else 0.0

    @staticmethod
    def _age(message: Locator) -> float:
        return float(message.get_attribute("data-key") or 0)


CODE = "We never call to ask for it"
"""Stands in each text message with a code."""


def seconds_left(page: Page, place: str) -> int:
    """What a countdown shows, in seconds, once it shows something."""
    shown = page.locator(place)
    expect(shown).to_contain_text(re.compile(r"\d:\d\d"))
    found = re.search(r"[\d:]+", shown.inner_text())
    assert found
    seconds = 0
    for part in found.group().split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def counts_down(page: Page, place: str, *, most: int) -> None:
    """Fails unless a countdown there begins below `most` seconds and goes on."""
    begun = seconds_left(page, place)
    assert 0 < begun <= most
    soon(lambda: seconds_left(page, place) < begun or None)
