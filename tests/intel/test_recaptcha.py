"""reCAPTCHA: the checkbox, whose files come from two origins."""

from __future__ import annotations

from typing import Any

from otpguard.intel.recaptcha import ReCaptcha
from otpguard.testing.captcha_contract import OPTIONS, CaptchaContract
from otpguard.testing.vendor_server import Reply, Vendor


class TestReCaptcha(CaptchaContract):
    """The driver against a vendor of its own."""

    def made(self, base: str, **changed: Any) -> ReCaptcha:
        return ReCaptcha(**{**OPTIONS, "base": base, **changed})

    def test_it_asks_where_the_vendor_listens(self, server: Vendor) -> None:
        self.made(server.url).verify("good", source="signup", client_ip="")
        [asked] = server.received
        assert (asked.method, asked.path) == ("POST", "/recaptcha/api/siteverify")
        assert set(asked.form) == {"secret", "response"}

    def test_an_answer_that_is_old_or_used_is_refused(self, server: Vendor) -> None:
        server.reply = Reply(200, {"success": False, "error-codes": ["timeout-or-duplicate"]})
        assert self.made(server.url).verify("good", source="signup", client_ip="") is False


def test_its_page_may_load_from_both_origins() -> None:
    made = ReCaptcha(**OPTIONS)
    assert made.script_url == "https://www.google.com/recaptcha/api.js"
    assert made.widget_sources == ("https://www.google.com", "https://www.gstatic.com")
