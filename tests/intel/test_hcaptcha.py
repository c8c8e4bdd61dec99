"""hCaptcha: an answer of another site's widget does not count."""

from __future__ import annotations

from typing import Any

from otpguard.intel.hcaptcha import HCaptcha
from otpguard.testing.captcha_contract import HOST, OPTIONS, PASSED, CaptchaContract
from otpguard.testing.vendor_server import Reply, Vendor


class TestHCaptcha(CaptchaContract):
    """The driver against a vendor of its own."""

    def made(self, base: str, **changed: Any) -> HCaptcha:
        return HCaptcha(**{**OPTIONS, "base": base, **changed})

    def test_it_asks_where_the_vendor_listens_and_names_its_site(self, server: Vendor) -> None:
        self.made(server.url).verify("good", source="signup", client_ip="")
        [asked] = server.received
        assert (asked.method, asked.path) == ("POST", "/siteverify")
        assert asked.form["sitekey"] == OPTIONS["site_key"]

    def test_keys_that_do_not_belong_together_say_nothing_about_the_person(
        self, server: Vendor
    ) -> None:
        server.reply = Reply(200, {"success": False, "error-codes": ["sitekey-secret-mismatch"]})
        assert self.made(server.url).verify("good", source="signup", client_ip="") is None

    def test_a_pass_on_another_host_still_does_not_count(self, server: Vendor) -> None:
        server.reply = Reply(200, {**PASSED, "hostname": f"{HOST}.evil.example"})
        assert self.made(server.url).verify("good", source="signup", client_ip="") is False

    def test_an_answer_that_was_seen_before_is_refused(self, server: Vendor) -> None:
        codes = ["invalid-or-already-seen-response"]
        server.reply = Reply(200, {"success": False, "error-codes": codes})
        assert self.made(server.url).verify("good", source="signup", client_ip="") is False


def test_without_a_base_it_is_the_vendors_own() -> None:
    made = HCaptcha(**OPTIONS)
    assert made.script_url == "https://js.hcaptcha.com/1/api.js"
    assert made.widget_sources == ("https://hcaptcha.com", "https://*.hcaptcha.com")
