"""What every provider must do. Inherit from `ProviderContract` and give the three fixtures."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from otpguard.channels.base import OutboundMessage, Provider
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable

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
            outcome = provider.send(message(channel, key=f"delivery-{number}"))
            assert isinstance(outcome, Accepted)

    def test_it_takes_a_notice_which_carries_no_code(self, provider: Provider) -> None:
        notice = replace(message(min(provider.channels)), text="A passkey was added", code=None)
        assert isinstance(provider.send(notice), Accepted)

    def test_a_vendor_that_is_away_is_an_outcome_and_not_an_exception(
        self, unreachable: Provider | None
    ) -> None:
        if unreachable is None:
            pytest.skip("there is nobody behind it")
        outcome = unreachable.send(message(min(unreachable.channels)))
        assert isinstance(outcome, Unavailable)
        assert outcome.reason

    def test_its_answers_and_its_repr_tell_neither_code_nor_destination(
        self, provider: Provider, unreachable: Provider | None
    ) -> None:
        for each in (provider, unreachable):
            if each is None:
                continue
            sent = message(min(each.channels))
            outcome: Outcome = each.send(sent)
            assert isinstance(outcome, get_args(Outcome))
            for shown in (repr(outcome), repr(each)):
                assert DIGITS not in shown
                assert sent.to not in shown
            if isinstance(outcome, Refused | Unavailable):
                assert outcome.reason.isprintable()
