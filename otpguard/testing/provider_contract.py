"""What every provider must do. Needs pytest.

    from otpguard.testing.provider_contract import ProviderContract

    class TestPager(ProviderContract):
        @pytest.fixture
        def provider(self):
            return Pager(token="t", gateway=working_gateway())

        @pytest.fixture
        def unreachable(self):
            return Pager(token="t", gateway=None)

For a vendor over HTTP take `http_provider_contract`, for one that makes the code itself
`remote_provider_contract`: both bring a vendor that misbehaves.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime
from typing import TypeVar, get_args

import pytest

from otpguard.channels.base import (
    ClosesVerifications,
    OutboundMessage,
    Polling,
    Provider,
    Receiving,
    Webhook,
)
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.offers import contradictions, offered
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable

DIGITS = "481516"
"""The code of every message of the suite."""

THREADS = 8

T = TypeVar("T")

STRANGE = (
    Webhook(method="GET", url="https://acme.example/"),
    Webhook(method="POST", url="https://acme.example/", body=b"\xff\xfe"),
    Webhook(method="POST", url="https://acme.example/", body=b"[" * 100_000),
    Webhook(method="POST", url="https://acme.example/", body=b'{"id": [], "status": {"a": 1}}'),
    Webhook(
        method="POST",
        url="https://acme.example/?a=%ff&hub.mode=subscribe&hub.verify_token=",
        headers={
            "Authorization": "Bearer a.b.c",
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Timestamp": "9" * 400,
            "X-Signature": "\udcff",
        },
        body=b"a=%ff&&=&" * 300,
    ),
)
"""What strangers may send to the URL that is a vendor's."""


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


def offered_or_skip(provider: Provider, protocol: type[T]) -> T:
    """The provider as one of the optional protocols; skips the test when it offers none."""
    found = offered(provider, protocol)
    if found is None:
        pytest.skip(f"it does not state {protocol.__name__}")
    return found


class ProviderContract:
    """The suite. Give `provider` and `unreachable`, and what else applies."""

    @pytest.fixture
    def provider(self) -> Provider:
        """A provider whose vendor takes messages."""
        raise NotImplementedError

    @pytest.fixture
    def unreachable(self) -> Provider | None:
        """A provider whose vendor is away; None for one that has no vendor behind it."""
        raise NotImplementedError

    def message(self, channel: Channel, *, key: str = "delivery-1") -> OutboundMessage:
        """A message of the kind that it takes."""
        return message(channel, key=key)

    def secrets(self) -> tuple[str, ...]:
        """What must be seen neither in its repr nor in a log: passwords, keys, tokens."""
        return ()

    def signed_webhook(self) -> tuple[Webhook, datetime] | None:
        """A receipt that the vendor of `provider` signed, with the time at which it came.

        Must be given where the capabilities state signed webhooks.
        """
        return None

    # --- what it states ----------------------------------------------------------------------

    def test_what_it_can_do_does_not_contradict_itself(self, provider: Provider) -> None:
        can = provider.capabilities
        assert isinstance(can, Capabilities)
        for stated in fields(can):
            if stated.default is not MISSING:
                assert type(getattr(can, stated.name)) is type(stated.default), stated.name
        assert contradictions(provider) == ()

    def test_what_it_can_do_stays_the_same(self, provider: Provider) -> None:
        before = provider.capabilities
        provider.send(self.message(min(before.channels)))
        assert provider.capabilities == before

    # --- sending -----------------------------------------------------------------------------

    def test_it_takes_a_message_on_each_of_its_channels(self, provider: Provider) -> None:
        for number, channel in enumerate(sorted(provider.capabilities.channels)):
            outcome = provider.send(self.message(channel, key=f"delivery-{number}"))
            assert isinstance(outcome, Accepted), channel

    def test_it_takes_a_notice_which_carries_no_code_or_says_that_it_cannot(
        self, provider: Provider
    ) -> None:
        sent = self.message(min(provider.capabilities.channels))
        notice = replace(sent, text="A passkey was added", code=None, remote=False)
        taken = isinstance(provider.send(notice), Accepted)
        assert taken != provider.capabilities.codes_only

    def test_several_threads_may_send_at_once(self, provider: Provider) -> None:
        channel = min(provider.capabilities.channels)
        sent = [self.message(channel, key=f"delivery-{number}") for number in range(THREADS)]
        with ThreadPoolExecutor(THREADS) as pool:
            outcomes = list(pool.map(provider.send, sent))
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)

    def test_a_vendor_that_is_away_is_an_outcome_and_not_an_exception(
        self, unreachable: Provider | None
    ) -> None:
        if unreachable is None:
            pytest.skip("there is no vendor behind it")
        outcome = unreachable.send(self.message(min(unreachable.capabilities.channels)))
        assert isinstance(outcome, Unavailable)
        assert outcome.reason

    # --- what is said about it --------------------------------------------------------------

    def test_its_answers_and_its_repr_tell_neither_code_nor_destination(
        self, provider: Provider, unreachable: Provider | None
    ) -> None:
        for each in (provider, unreachable):
            if each is None:
                continue
            sent = self.message(min(each.capabilities.channels))
            outcome: Outcome = each.send(sent)
            assert isinstance(outcome, get_args(Outcome))
            for shown in (repr(outcome), repr(each), str(each)):
                for secret in (DIGITS, sent.to, *self.secrets()):
                    assert secret not in shown
            if isinstance(outcome, Refused | Unavailable):
                assert outcome.reason.isprintable()

    def test_nothing_secret_is_logged(
        self,
        provider: Provider,
        unreachable: Provider | None,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        sent = self.message(min(provider.capabilities.channels))
        with caplog.at_level(logging.DEBUG):
            for each in (provider, unreachable):
                if each is not None:
                    each.send(sent)
        for secret in (DIGITS, sent.to, sent.to.removeprefix("+"), *self.secrets()):
            assert secret not in caplog.text

    # --- what it offers besides --------------------------------------------------------------

    def test_a_stranger_is_not_the_vendor_and_does_no_harm(self, provider: Provider) -> None:
        vendor = offered_or_skip(provider, Receiving)
        for received in STRANGE:
            assert vendor.is_authentic(received, now=datetime.now(tz=UTC)) is False
            assert isinstance(vendor.parse_receipt(received), tuple)
            assert isinstance(vendor.handshake(received), str | None)

    def test_a_signed_webhook_counts_as_it_came_and_not_when_it_was_changed(
        self, provider: Provider
    ) -> None:
        vendor = offered_or_skip(provider, Receiving)
        if provider.capabilities.webhooks is not Webhooks.SIGNED:
            pytest.skip("its vendor signs nothing")
        example = self.signed_webhook()
        assert example is not None, "it states signed webhooks: give `signed_webhook`"
        received, now = example
        assert vendor.is_authentic(received, now=now) is True
        assert vendor.parse_receipt(received) == vendor.parse_receipt(received)
        unsigned = {"Content-Type": received.header("Content-Type")}
        for changed in (
            replace(received, body=received.body + b"&a=b"),
            replace(received, headers=unsigned),
        ):
            assert vendor.is_authentic(changed, now=now) is False

    def test_one_that_is_away_is_asked_in_vain_and_without_an_exception(
        self, unreachable: Provider | None
    ) -> None:
        if unreachable is None:
            pytest.skip("there is no vendor behind it")
        found = offered_or_skip(unreachable, Polling).status("reference-1")
        assert found is None or isinstance(found, Unavailable)

    def test_one_that_is_away_is_told_in_vain_and_without_an_exception(
        self, unreachable: Provider | None
    ) -> None:
        if unreachable is None:
            pytest.skip("there is no vendor behind it")
        vendor = offered_or_skip(unreachable, ClosesVerifications)
        assert isinstance(vendor.cancel("reference-1"), Failure | None)
        assert isinstance(vendor.confirm("reference-1", Code(DIGITS)), Failure | None)
