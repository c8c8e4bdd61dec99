"""What every provider over HTTP must do as well, against a vendor that misbehaves. Needs pytest.

    class TestAcme(HttpProviderContract):
        rule = staticmethod(acme)               # what the vendor answers: see `vendor_server`

        def made(self, base, *, connect, read):
            return Acme(token="t", base=base, connect=connect, read=read)

        def secrets(self):
            return ("t",)

The tests of a class share one vendor; each test starts with nothing received.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest

from otpguard.channels.base import ClosesVerifications, Polling
from otpguard.channels.http_provider import HttpProvider
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.testing.provider_contract import DIGITS, ProviderContract, offered_or_skip
from otpguard.testing.vendor_server import (
    Mood,
    Received,
    Reply,
    Rule,
    Vendor,
    url_without_a_vendor,
    vendor,
)
from otpguard.transport import client
from otpguard.transport.exchange import Deadlines

PATIENT = Deadlines()
"""The deadlines of a provider that gets an answer."""

IMPATIENT = Deadlines(connect=0.2, read=0.2)
"""The deadlines of one that gets none, short so that nobody waits long."""

SOON = 5.0
"""Seconds within which it must have given up, on the slowest of machines."""

SILENT: tuple[Mood, ...] = ("hang", "drip")
BROKEN: tuple[Mood, ...] = ("drop", "rubbish", "flood")
UNREADABLE = (b"", b"<html>", b"{}", b"[]", b'{"messages": 7}', b"\xff")
BY_STATUS = {
    302: Failure.AUTH_CONFIG,
    401: Failure.AUTH_CONFIG,
    403: Failure.AUTH_CONFIG,
    429: Failure.RATE_LIMITED,
    500: Failure.TRANSIENT,
    503: Failure.TRANSIENT,
    504: Failure.UNKNOWN_OUTCOME,
}
WORDLESS = (b"", b"<html>", b'{"code": [], "error": 5}')


class HttpProviderContract(ProviderContract):
    """The suite. Give `rule` and `made`."""

    rule: Rule
    _stack: ClassVar[ExitStack]
    _running: ClassVar[Vendor]

    def made(self, base: str, *, connect: float, read: float) -> HttpProvider:
        """The provider, with a vendor at this URL and these deadlines in seconds."""
        raise NotImplementedError

    def calls(self, server: Vendor) -> list[Received]:
        """The requests that are about messages, and not about a token."""
        return server.received

    @classmethod
    def setup_class(cls) -> None:
        """Start the vendor of all tests of the class."""
        cls._stack = ExitStack()
        cls._running = cls._stack.enter_context(vendor(cls.rule))

    @classmethod
    def teardown_class(cls) -> None:
        """Stop it."""
        cls._stack.close()

    @pytest.fixture
    def server(self) -> Iterator[Vendor]:
        """The vendor, as if it had just been started. It must have nothing to complain about."""
        client.close()
        running = self._running
        running.forget()
        yield running
        client.close()
        complaints = list(running.complaints)
        running.forget()
        assert complaints == []

    @pytest.fixture
    def provider(self, server: Vendor) -> HttpProvider:
        return self._made(server.url, PATIENT)

    @pytest.fixture
    def impatient(self, server: Vendor) -> HttpProvider:
        """The same, for a vendor that gives no answer."""
        return self._made(server.url, IMPATIENT)

    @pytest.fixture
    def unreachable(self) -> HttpProvider:
        return self._made(url_without_a_vendor(), PATIENT)

    def _made(self, base: str, deadlines: Deadlines) -> HttpProvider:
        return self.made(base, connect=deadlines.connect, read=deadlines.read)

    # --- sending -----------------------------------------------------------------------------

    def test_a_message_is_sent_once_and_can_be_referred_to(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        channels = sorted(provider.capabilities.channels)
        outcomes = [provider.send(self.message(each)) for each in channels]
        references = {each.reference for each in outcomes if isinstance(each, Accepted)}
        assert len(references) == len(outcomes) == len(self.calls(server))
        assert "" not in references

    def test_a_code_travels_in_the_body_alone(self, provider: HttpProvider, server: Vendor) -> None:
        for channel in sorted(provider.capabilities.channels):
            provider.send(self.message(channel))
        assert server.received
        for received in server.received:
            assert (DIGITS.encode() in received.body) != provider.capabilities.remote
            assert DIGITS not in received.target
            assert not any(DIGITS in value for value in received.headers.values())

    def test_a_channel_that_is_not_served_is_refused(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        for channel in set(Channel) - provider.capabilities.channels:
            assert isinstance(provider.send(self.message(channel)), Refused), channel
        assert server.received == []

    def test_a_plain_url_is_not_spoken_to(self) -> None:
        with pytest.raises(ValueError, match="https"):
            self._made("http://vendor.example", PATIENT)

    # --- a vendor that fails -----------------------------------------------------------------

    def test_without_an_answer_it_is_perhaps_sent(
        self, provider: HttpProvider, impatient: HttpProvider, server: Vendor
    ) -> None:
        sent = self.message(min(provider.capabilities.channels))
        for mood in (*SILENT, *BROKEN):
            server.forget()
            server.mood = mood
            began = time.monotonic()
            outcome = (impatient if mood in SILENT else provider).send(sent)
            assert time.monotonic() - began < SOON, mood
            assert isinstance(outcome, Unavailable), mood
            assert outcome.perhaps_sent, mood
            server.wait_for(1)
            assert len(self.calls(server)) == 1, mood

    def test_an_acceptance_that_cannot_be_read_is_perhaps_sent(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        sent = self.message(min(provider.capabilities.channels))
        for body in UNREADABLE:
            server.reply = Reply(200, body)
            outcome = provider.send(sent)
            assert isinstance(outcome, Unavailable), body
            assert outcome.perhaps_sent, body

    def test_a_failure_without_words_is_classed_by_its_status(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        sent = self.message(min(provider.capabilities.channels))
        for status, failure in BY_STATUS.items():
            for body in WORDLESS:
                server.forget()
                server.reply = Reply(status, body, {"Retry-After": "7", "Location": "/"})
                # A fresh one: what it makes of one answer may depend on the one before.
                outcome = self._made(server.url, PATIENT).send(sent)
                assert isinstance(outcome, Unavailable), (status, body)
                assert outcome.failure is failure, (status, body)
                assert len(self.calls(server)) == 1, (status, body)

    def test_a_wait_that_the_vendor_asks_for_is_told(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        sent = self.message(min(provider.capabilities.channels))
        date = {
            "Date": "Wed, 21 Oct 2026 07:28:00 GMT",
            "Retry-After": "Wed, 21 Oct 2026 07:28:07 GMT",
        }
        for headers in ({"Retry-After": "7"}, date):
            for status in (429, 503):
                server.reply = Reply(status, b"", headers)
                outcome = self._made(server.url, PATIENT).send(sent)
                assert isinstance(outcome, Unavailable), (status, headers)
                assert outcome.retry_after == 7, (status, headers)

    def test_what_the_vendor_echoes_is_not_told(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        sent = self.message(min(provider.capabilities.channels))
        echo = {"message": f"{sent.to} {DIGITS}", "title": sent.to, "error": {"message": sent.to}}
        for status in (400, 422, 500):
            server.reply = Reply(status, echo)
            outcome = provider.send(sent)
            assert sent.to not in repr(outcome)
            assert DIGITS not in repr(outcome)

    def test_what_goes_over_the_wire_is_logged_without_its_secrets(
        self, provider: HttpProvider, server: Vendor, caplog: pytest.LogCaptureFixture
    ) -> None:
        sent = self.message(min(provider.capabilities.channels))
        with caplog.at_level(logging.DEBUG):
            provider.send(sent)
            server.mood = "drop"
            provider.send(sent)
        assert caplog.records
        for secret in (DIGITS, sent.to, sent.to.removeprefix("+"), *self.secrets()):
            assert secret not in caplog.text
        for received in server.received:
            assert received.headers.get("authorization", "nothing") not in caplog.text

    # --- what it offers besides --------------------------------------------------------------

    def test_a_status_that_cannot_be_read_tells_nothing(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        asked = offered_or_skip(provider, Polling)
        reference = self._reference(provider)
        for body in UNREADABLE:
            server.reply = Reply(200, body)
            assert asked.status(reference) is None, body
        for status in (404, 410):
            server.reply = Reply(status)
            assert asked.status(reference) is None, status
        for status in (401, 429, 500, 503):
            server.reply = Reply(status)
            assert isinstance(asked.status(reference), Unavailable), status
        server.reply = None
        for mood in BROKEN:
            server.mood = mood
            assert isinstance(asked.status(reference), Unavailable), mood

    def test_a_vendor_that_is_told_how_it_ended_may_answer_anything(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        told = offered_or_skip(provider, ClosesVerifications)
        reference = self._reference(provider)
        assert told.cancel(reference) is None
        assert told.confirm(reference, Code(DIGITS)) is None
        for status in (302, 400, 401, 404, 429, 500):
            for body in WORDLESS:
                server.reply = Reply(status, body)
                for failure in (told.cancel(reference), told.confirm(reference, Code(DIGITS))):
                    assert isinstance(failure, Failure | None), (status, body)

    def _reference(self, provider: HttpProvider) -> str:
        outcome = provider.send(self.message(min(provider.capabilities.channels)))
        assert isinstance(outcome, Accepted)
        return outcome.reference
