"""A person at the site in a browser, for the journeys; the fixture `enter` opens one."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractUser
from playwright.sync_api import CDPSession, Page, expect

from otpguard.channels.providers.memory import SENT
from otpguard.models import Tenant
from otpguard.testing import send_queued

Enter = Callable[..., AbstractContextManager["Visit"]]


@dataclass
class Visit:
    """One person at the site in one browser."""

    page: Page
    user: AbstractUser
    tenant: Tenant
    cdp: CDPSession
    size: str

    def plug_in(self, **options: Any) -> str:
        """Give the browser an authenticator that says yes; returns its id."""
        self.cdp.send("WebAuthn.enable", {"enableUI": False})
        chosen = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
            **options,
        }
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": chosen})
        return str(made["authenticatorId"])

    def unplug(self, authenticator: str) -> None:
        """Take it away again."""
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})

    def click(self, name: str | re.Pattern[str]) -> None:
        """Press the button, or follow the link, of that name."""
        button = self.page.get_by_role("button", name=name)
        link = self.page.get_by_role("link", name=name)
        button.or_(link).first.click()

    def enter_sent_code(self) -> None:
        """Type the code of the newest message."""
        expect(self.page.get_by_label("Code", exact=True)).to_be_visible()
        send_queued()
        self.page.get_by_label("Code", exact=True).fill(SENT[-1].code.digits)
        self.click("Verify")

    def heading(self, text: str | re.Pattern[str]) -> None:
        """Wait for the page with exactly this heading."""
        heading = self.page.get_by_role("heading", level=1, name=text, exact=True)
        expect(heading).to_be_visible()
