"""Turnstile: a pass at our form counts, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.intel.turnstile import Turnstile
from otpguard.testing.captcha_contract import OPTIONS, PASSED, CaptchaContract
from otpguard.testing.vendor_server import Reply, Vendor


class TestTurnstile(CaptchaContract):
    """The driver against a vendor of its own."""

    def made(self, base: str, **changed: Any) -> Turnstile:
        return Turnstile(**{**OPTIONS, "base": base, **changed})

    def test_it_asks_where_the_vendor_listens(self, server: Vendor) -> None:
        self.made(server.url).verify("good", source="signup", client_ip="192.0.2.7")
        [asked] = server.received
        assert (asked.method, asked.path) == ("POST", "/turnstile/v0/siteverify")
        assert set(asked.form) == {"secret", "response", "remoteip"}

    def test_a_pass_at_another_form_does_not_count(self, server: Vendor) -> None:
        server.reply = Reply(200, {**PASSED, "action": "login"})
        assert self.made(server.url).verify("good", source="signup", client_ip="") is False

    @pytest.mark.parametrize("action", [None, 7])
    def test_a_pass_that_names_no_form_says_nothing(self, server: Vendor, action: Any) -> None:
        server.reply = Reply(200, {**PASSED, "action": action})
        assert self.made(server.url).verify("good", source="signup", client_ip="") is None

    def test_a_fault_of_the_vendor_says_nothing(self, server: Vendor) -> None:
        server.reply = Reply(200, {"success": False, "error-codes": ["internal-error"]})
        assert self.made(server.url).verify("good", source="signup", client_ip="") is None
