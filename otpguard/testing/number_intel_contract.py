"""What every vendor of facts about phone numbers must do. Needs pytest.

    class TestAcme(NumberIntelContract):
        rule = staticmethod(acme)               # a vendor_server rule that knows NUMBER
        def made(self, base):                   # the driver, with `base` as the vendor's URL
            return AcmeNumbers(key="k", base=base)

`rule` must know all facts of the driver about NUMBER.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import pytest

from otpguard.core.pumping.intel.number_report import NumberQuery, NumberReport
from otpguard.intel.number import NoAnswer, NumberIntel
from otpguard.testing.vendor_server import (
    Mood,
    Received,
    Reply,
    Rule,
    Vendor,
    url_without_a_vendor,
    vendor,
    welcome,
)

NUMBER = "+12015550123"
DEADLINE = 0.8
SLACK = 0.6
"""Seconds that a busy machine may take on top."""

UNREADABLE = (b"", b"<html>", b"[]", b"null", b"\xff", b'"yes"', b"[" * 50_000)
ODD: tuple[dict[str, object], ...] = (
    {},
    {"unknown": 1},
    {"swapped": "false", "phoneNumberRecycled": 0},
    {"insights": []},
)


class NumberIntelContract:
    """Inherit, and give `rule` and `made`."""

    rule = staticmethod(welcome)

    def made(self, base: str) -> NumberIntel:
        """The driver of a vendor at this URL."""
        raise NotImplementedError

    @pytest.fixture
    def server(self) -> Iterator[Vendor]:
        """The vendor."""
        with vendor(self.rule) as running:
            yield running

    @pytest.fixture
    def driver(self, server: Vendor) -> NumberIntel:
        """The driver of the vendor."""
        return self.made(server.url)

    def ask(self, driver: NumberIntel) -> NumberReport | NoAnswer:
        """All that the driver can be asked about NUMBER, within DEADLINE."""
        query = NumberQuery(
            e164=NUMBER,
            wanted=driver.facts,
            now=datetime(2026, 3, 1, 12, tzinfo=UTC),
            verified_on=datetime(2025, 6, 30, tzinfo=UTC).date(),
        )
        return driver.look_up(query, until=time.monotonic() + DEADLINE)

    def test_it_is_a_driver_that_knows_something(self, driver: NumberIntel) -> None:
        """All members are there."""
        assert isinstance(driver, NumberIntel)
        assert driver.facts

    def test_it_says_what_the_vendor_knows(self, driver: NumberIntel) -> None:
        """Every fact of the driver."""
        said = self.ask(driver)
        assert isinstance(said, NumberReport)
        assert said.known == driver.facts

    def test_it_says_only_what_was_asked_for(self, driver: NumberIntel) -> None:
        """One fact at a time."""
        for fact in driver.facts:
            query = NumberQuery(
                e164=NUMBER,
                wanted=frozenset({fact}),
                now=datetime(2026, 3, 1, 12, tzinfo=UTC),
                verified_on=datetime(2025, 6, 30, tzinfo=UTC).date(),
            )
            said = driver.look_up(query, until=time.monotonic() + DEADLINE)
            assert isinstance(said, NumberReport)
            assert said.known == {fact}

    @pytest.mark.parametrize("mood", [mood for mood in get_args(Mood) if mood != "answer"])
    def test_a_vendor_that_misbehaves_says_nothing_in_time(
        self, server: Vendor, driver: NumberIntel, mood: Mood
    ) -> None:
        """Hanging, dripping, hanging up, rubbish, a flood."""
        server.mood = mood
        began = time.monotonic()
        assert isinstance(self.ask(driver), NoAnswer)
        assert time.monotonic() - began < DEADLINE + SLACK

    def test_a_vendor_that_is_away_says_nothing(self) -> None:
        """Nobody listens."""
        assert isinstance(self.ask(self.made(url_without_a_vendor())), NoAnswer)

    def test_no_time_is_no_answer(self, server: Vendor, driver: NumberIntel) -> None:
        """Then the vendor is not asked."""
        query = NumberQuery(e164=NUMBER, wanted=driver.facts, now=datetime(2026, 3, 1, tzinfo=UTC))
        assert isinstance(driver.look_up(query, until=time.monotonic()), NoAnswer)
        assert server.received == []

    @pytest.mark.parametrize("status", [302, 403, 429, 500, 503])
    def test_a_refusal_is_no_answer(self, server: Vendor, driver: NumberIntel, status: int) -> None:
        """It may be better in a minute. No redirect is followed."""
        server.reply = Reply(status, {}, {"Location": f"{server.url}/elsewhere"})
        said = self.ask(driver)
        assert isinstance(said, NoAnswer)
        assert not said.fatal
        assert not any("elsewhere" in each.path for each in server.received)

    def test_refused_credentials_are_fatal(self, server: Vendor, driver: NumberIntel) -> None:
        """The next question would get the same answer."""
        server.reply = Reply(401, {})
        said = self.ask(driver)
        assert isinstance(said, NoAnswer)
        assert said.fatal

    @pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
    def test_what_nobody_understands_is_no_answer(
        self, server: Vendor, driver: NumberIntel, body: bytes
    ) -> None:
        """No JSON object."""
        server.reply = Reply(200, body)
        assert isinstance(self.ask(driver), NoAnswer)

    @pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
    def test_another_schema_tells_nothing(
        self, server: Vendor, driver: NumberIntel, body: dict[str, object]
    ) -> None:
        """Never that all is well."""
        server.rule = self._answering(Reply(200, body))
        said = self.ask(driver)
        assert isinstance(said, NoAnswer) or not said.known

    @pytest.mark.parametrize("status", [404, 422])
    def test_a_number_that_is_not_covered_is_unknown(
        self, server: Vendor, driver: NumberIntel, status: int
    ) -> None:
        """That is an answer: it does not count against the vendor."""
        server.rule = self._answering(Reply(status, {"code": "NOT_FOUND"}))
        said = self.ask(driver)
        assert isinstance(said, NumberReport)
        assert not said.known

    def test_neither_number_nor_credentials_are_logged(
        self, server: Vendor, driver: NumberIntel, caplog: pytest.LogCaptureFixture
    ) -> None:
        """At any level, also when it goes wrong."""
        caplog.set_level(logging.DEBUG)
        self.ask(driver)
        server.reply = Reply(500, {"number": NUMBER})
        said = self.ask(driver)
        told = caplog.text + repr(driver) + repr(said)
        assert NUMBER not in told
        assert NUMBER.removeprefix("+") not in told
        assert "secret" not in told

    def _answering(self, reply: Reply) -> Rule:
        """A rule that answers so to everything but a request for a token."""

        def answer(received: Received) -> Reply:
            usual = self.rule(received)
            is_token = isinstance(usual.body, dict) and "access_token" in usual.body
            return usual if is_token else reply

        return answer
