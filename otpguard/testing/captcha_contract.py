"""What every hosted captcha that speaks "siteverify" must do. Needs pytest.

class TestAcme(CaptchaContract):
    def made(self, base, **changed):        # the driver, with `base` as the vendor's URL
        return AcmeCaptcha(**{**OPTIONS, "base": base, **changed})
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from otpguard.intel.captcha import Captcha
from otpguard.testing.vendor_server import (
    Mood,
    Received,
    Reply,
    Vendor,
    url_without_a_vendor,
    vendor,
)

SECRET = "secret-key"  # noqa: S105 (of no vendor)
HOST = "app.example.com"
OPTIONS: dict[str, Any] = {"site_key": "site-key", "secret_key": SECRET, "hostnames": [HOST]}
PASSED: dict[str, Any] = {
    "success": True,
    "challenge_ts": "2026-01-01T00:00:00.000Z",
    "hostname": HOST,
    "action": "signup",
}
LONGEST_SECONDS = 3.0

UNREADABLE = (
    Reply(500, b"sorry"),
    Reply(200, b""),
    Reply(200, b"[]"),
    Reply(200, b"[" * 100_000),
    Reply(200, {"success": "true"}),
    Reply(200, {"ok": True}),
    Reply(200, {"success": False}),
    Reply(200, {"success": False, "error-codes": "x"}),
    Reply(200, {**PASSED, "hostname": None}),
    Reply(200, {"success": True}),
)


def siteverify(received: Received) -> Reply:
    """A vendor that knows SECRET, and passes the answer "good"."""
    if received.form["secret"] != SECRET:
        return Reply(200, {"success": False, "error-codes": ["invalid-input-secret"]})
    if received.form["response"] != "good":
        return Reply(200, {"success": False, "error-codes": ["invalid-input-response"]})
    return Reply(200, PASSED)


class CaptchaContract:
    """Inherit, and give `made`."""

    def made(self, base: str, **changed: Any) -> Captcha:
        """The driver of a vendor at this URL, with OPTIONS and what is changed of them."""
        raise NotImplementedError

    @pytest.fixture
    def server(self) -> Iterator[Vendor]:
        """The vendor."""
        with vendor(siteverify) as running:
            yield running

    def test_it_has_all_that_a_captcha_has(self) -> None:
        """Members, and an https script from an origin that it names."""
        made = self.made("https://vendor.example")
        assert isinstance(made, Captcha)
        assert made.script_url.startswith("https://vendor.example/")
        assert "https://vendor.example" in made.widget_sources

    def test_a_pass_counts_and_names_the_client(self, server: Vendor) -> None:
        """The client IP is passed on where there is one."""
        made = self.made(server.url)
        assert made.verify("good", source="signup", client_ip="192.0.2.7") is True
        assert made.verify("used", source="signup", client_ip="") is False
        first, second = server.received
        assert first.form["remoteip"] == "192.0.2.7"
        assert "remoteip" not in second.form

    def test_a_pass_on_another_host_does_not_count(self, server: Vendor) -> None:
        """A page of somebody else has had it solved."""
        server.reply = Reply(200, {**PASSED, "hostname": "evil.example"})
        made = self.made(server.url)
        assert made.verify("good", source="signup", client_ip="") is False

    @pytest.mark.parametrize("reply", UNREADABLE)
    def test_what_nobody_understands_says_nothing(self, server: Vendor, reply: Reply) -> None:
        """Neither that a person is there nor that none is."""
        server.reply = reply
        assert self.made(server.url).verify("good", source="signup", client_ip="") is None

    def test_a_wrong_key_of_ours_says_nothing_about_the_person(self, server: Vendor) -> None:
        """It is our fault."""
        made = self.made(server.url, secret_key="other")  # noqa: S106 (of no vendor)
        assert made.verify("good", source="signup", client_ip="") is None

    @pytest.mark.parametrize("mood", sorted(set(get_args(Mood)) - {"answer"}))
    def test_a_vendor_that_misbehaves_says_nothing_in_time(
        self, server: Vendor, mood: Mood
    ) -> None:
        """It hangs, drops, sends without end."""
        server.mood = mood
        started = time.monotonic()
        assert self.made(server.url).verify("good", source="signup", client_ip="") is None
        assert time.monotonic() - started < LONGEST_SECONDS

    def test_a_vendor_that_is_away_says_nothing(self) -> None:
        """Nobody listens there."""
        made = self.made(url_without_a_vendor())
        assert made.verify("good", source="signup", client_ip="") is None

    def test_an_answer_with_odd_characters_is_sent_all_the_same(self, server: Vendor) -> None:
        """It cannot add a field of its own."""
        made = self.made(server.url)
        assert made.verify("\ud800&secret=x", source="signup", client_ip="") is False

    def test_a_checkpoint_becomes_a_name_that_widgets_take(self) -> None:
        """Letters, digits and underscores."""
        made = self.made("https://vendor.example")
        assert made.action_of("partner.sign-up") == "partner_sign_up"

    @pytest.mark.parametrize(
        "changed", [{"secret_key": ""}, {"hostnames": []}, {"hostnames": HOST}], ids=str
    )
    def test_options_that_cannot_be_raise(self, changed: dict[str, Any]) -> None:
        """At the start of the process, not at the first form."""
        with pytest.raises(ValueError, match="must"):
            self.made("https://vendor.example", **changed)

    def test_neither_repr_nor_log_shows_the_secret(self, server: Vendor, caplog: Any) -> None:
        """Nor the answer of a person."""
        server.reply = Reply(500, b"")
        made = self.made(server.url)
        made.verify("answer-of-a-person", source="signup", client_ip="")
        told = repr(made) + caplog.text
        assert SECRET not in told
        assert "answer-of-a-person" not in told
