"""What every provider must do. Inherit from `ProviderContract` and give the three fixtures."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest

from otpguard.channels.base import OutboundMessage, Provider
from otpguard.channels.http_provider import HttpProvider
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.transport import client
from tests.ports import free_port
from tests.vendors.server import Mood, Received, Reply, Rule, Vendor, vendor

DIGITS = "481516"


def message(
    channel: Channel = Channel.SMS, *, to: str = "", key: str = "delivery-1"
) -> OutboundMessage:
    """A message with a code, to a person who can be reached over `channel`."""
    somebody = "kim@example.com" if channel is Channel.EMAIL else "+12015550123"
    return OutboundMessage(
        key=key,
        channel=channel,
        to=to or somebody,
        text=f"{DIGITS} is your code",
        code=Code(DIGITS),
        subject="Your code" if channel is Channel.EMAIL else "",
    )


class ProviderContract:
    """The suite. `provider` works, `unreachable` has nobody behind it."""

    def message(self, channel: Channel, *, key: str = "delivery-1") -> OutboundMessage:
        """A message of the kind that it takes."""
        return message(channel, key=key)

    @pytest.fixture
    def provider(self) -> Provider:
        """A provider whose vendor takes messages."""
        raise NotImplementedError

    @pytest.fixture
    def unreachable(self) -> Provider | None:
        """A provider whose vendor is away; None for one that has nobody behind it."""
        raise NotImplementedError

    def test_it_serves_at_least_one_channel_and_never_another_set(self, provider: Provider) -> None:
        assert isinstance(provider.channels, frozenset)
        assert provider.channels
        assert all(isinstance(channel, Channel) for channel in provider.channels)
        assert isinstance(provider.receipts, bool)

    def test_it_takes_a_message_on_each_of_its_channels(self, provider: Provider) -> None:
        for number, channel in enumerate(sorted(provider.channels)):
            outcome = provider.send(self.message(channel, key=f"delivery-{number}"))
            assert isinstance(outcome, Accepted)

    def test_it_takes_a_notice_which_carries_no_code_or_says_that_it_cannot(
        self, provider: Provider
    ) -> None:
        sent = self.message(min(provider.channels))
        notice = replace(sent, text="A passkey was added", code=None, remote=False)
        taken = isinstance(provider.send(notice), Accepted)
        assert taken != getattr(provider, "codes_only", False)

    def test_a_vendor_that_is_away_is_an_outcome_and_not_an_exception(
        self, unreachable: Provider | None
    ) -> None:
        if unreachable is None:
            pytest.skip("there is nobody behind it")
        outcome = unreachable.send(self.message(min(unreachable.channels)))
        assert isinstance(outcome, Unavailable)
        assert outcome.reason

    def test_its_answers_and_its_repr_tell_neither_code_nor_destination(
        self, provider: Provider, unreachable: Provider | None
    ) -> None:
        for each in (provider, unreachable):
            if each is None:
                continue
            sent = self.message(min(each.channels))
            outcome: Outcome = each.send(sent)
            assert isinstance(outcome, get_args(Outcome))
            for shown in (repr(outcome), repr(each)):
                assert DIGITS not in shown
                assert sent.to not in shown
            if isinstance(outcome, Refused | Unavailable):
                assert outcome.reason.isprintable()


class HttpProviderContract(ProviderContract):
    """What every vendor over HTTP must do besides. Give `rule` and `made`."""

    rule: Rule

    def made(self, base: str) -> HttpProvider:
        """The provider, with a vendor at this address and a read deadline of half a second."""
        raise NotImplementedError

    @pytest.fixture
    def server(self) -> Iterator[Vendor]:
        """The vendor."""
        client.close()
        with vendor(type(self).rule) as running:
            yield running
        client.close()

    @pytest.fixture
    def provider(self, server: Vendor) -> HttpProvider:
        return self.made(server.url)

    @pytest.fixture
    def unreachable(self) -> HttpProvider:
        return self.made(f"http://127.0.0.1:{free_port()}")

    def test_a_message_is_sent_once_and_can_be_referred_to(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        outcomes = [provider.send(self.message(each)) for each in sorted(provider.channels)]
        references = {each.reference for each in outcomes if isinstance(each, Accepted)}
        assert len(references) == len(outcomes) == len(self.calls(server))
        assert "" not in references

    def test_a_code_travels_in_the_body_alone(self, provider: HttpProvider, server: Vendor) -> None:
        for channel in sorted(provider.channels):
            provider.send(self.message(channel))
        for received in server.received:
            assert (DIGITS.encode() in received.body) != provider.remote
            assert DIGITS not in received.target
            assert not any(DIGITS in value for value in received.headers.values())

    @pytest.mark.parametrize("mood", ["hang", "drip", "drop", "rubbish", "flood"])
    def test_without_an_answer_it_is_perhaps_sent(
        self, provider: HttpProvider, server: Vendor, mood: Mood
    ) -> None:
        server.mood = mood
        outcome = provider.send(self.message(min(provider.channels)))
        assert isinstance(outcome, Unavailable)
        assert outcome.perhaps_sent
        assert len(self.calls(server)) == 1

    @pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"messages": 7}', b"\xff"])
    def test_an_acceptance_that_cannot_be_read_is_perhaps_sent(
        self, provider: HttpProvider, server: Vendor, body: bytes
    ) -> None:
        server.reply = Reply(200, body)
        outcome = provider.send(self.message(min(provider.channels)))
        assert isinstance(outcome, Unavailable)
        assert outcome.perhaps_sent

    @pytest.mark.parametrize(
        ("status", "failure"),
        [
            (302, Failure.AUTH_CONFIG),
            (401, Failure.AUTH_CONFIG),
            (403, Failure.AUTH_CONFIG),
            (429, Failure.RATE_LIMITED),
            (500, Failure.TRANSIENT),
            (503, Failure.TRANSIENT),
            (504, Failure.UNKNOWN_OUTCOME),
        ],
    )
    @pytest.mark.parametrize("body", [b"", b"<html>", b'{"code": [], "error": 5}'])
    def test_a_failure_without_words_is_judged_by_its_status(
        self, provider: HttpProvider, server: Vendor, status: int, failure: Failure, body: bytes
    ) -> None:
        server.reply = Reply(status, body, {"Retry-After": "7", "Location": "/"})
        outcome = provider.send(self.message(min(provider.channels)))
        assert isinstance(outcome, Unavailable)
        assert outcome.failure is failure
        assert len(self.calls(server)) == 1

    def test_what_the_vendor_echoes_is_not_told(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        sent = self.message(min(provider.channels))
        echo = {"message": f"{sent.to} {DIGITS}", "title": sent.to, "error": {"message": sent.to}}
        for status in (400, 422, 500):
            server.reply = Reply(status, echo)
            outcome = provider.send(sent)
            assert sent.to not in repr(outcome)
            assert DIGITS not in repr(outcome)

    def test_nothing_secret_is_logged(
        self, provider: HttpProvider, server: Vendor, caplog: pytest.LogCaptureFixture
    ) -> None:
        sent = self.message(min(provider.channels))
        with caplog.at_level(logging.DEBUG):
            provider.send(sent)
            server.mood = "drop"
            provider.send(sent)
        assert caplog.records
        for secret in (DIGITS, sent.to, sent.to.removeprefix("+"), *self.secrets()):
            assert secret not in caplog.text
        for received in server.received:
            assert received.headers.get("authorization", "nothing") not in caplog.text

    def secrets(self) -> tuple[str, ...]:
        """What must not be seen besides."""
        return ()

    def calls(self, server: Vendor) -> list[Received]:
        """The requests that are about messages."""
        return server.received

    def test_its_repr_tells_no_secret(self, provider: HttpProvider) -> None:
        shown = repr(provider) + str(provider)
        assert not any(secret in shown for secret in self.secrets())

    def test_a_channel_that_is_not_served_is_refused(
        self, provider: HttpProvider, server: Vendor
    ) -> None:
        for channel in set(Channel) - provider.channels:
            assert isinstance(provider.send(self.message(channel)), Refused)
        assert server.received == []

    def test_a_plain_address_is_not_spoken_to(self) -> None:
        with pytest.raises(ValueError, match="https"):
            self.made("http://vendor.example")
