"""The memory provider: remembers, or fails as it is told."""

from __future__ import annotations

import pytest

from otpguard.channels.base import Provider
from otpguard.channels.providers import memory
from otpguard.channels.providers.memory import SENT, Memory
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Refused, Unavailable
from otpguard.testing.provider_contract import ProviderContract, message


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self) -> Provider:
        return Memory()

    @pytest.fixture
    def unreachable(self) -> Provider:
        return Memory(outcome="unavailable")


def test_what_was_sent_can_be_read_the_newest_last() -> None:
    one, two = message(key="1"), message(key="2")
    assert Memory().send(one) == Accepted(reference="1", delivered=True)
    Memory(["sms"]).send(two)
    assert list(SENT) == [one, two]


def test_it_may_take_a_message_without_knowing_that_it_arrived() -> None:
    provider = Memory(outcome="accepted", receipts=True)
    assert provider.capabilities.receipts
    assert provider.send(message(key="1")) == Accepted(reference="1", delivered=False)


@pytest.mark.parametrize(("behavior", "kind"), [("refused", Refused), ("unavailable", Unavailable)])
def test_what_fails_is_not_remembered(behavior: memory.Behavior, kind: type) -> None:
    assert isinstance(Memory(outcome=behavior).send(message()), kind)
    assert not SENT


def test_it_may_call_a_message_fraud() -> None:
    outcome = Memory(outcome="fraud").send(message())
    assert isinstance(outcome, Refused)
    assert not outcome.may_fall_back


def test_it_may_send_without_an_answer() -> None:
    outcome = Memory(outcome="unanswered").send(message())
    assert isinstance(outcome, Unavailable)
    assert outcome.perhaps_sent
    assert len(SENT) == 1


def test_it_serves_the_channels_it_is_told() -> None:
    assert Memory(["sms", "voice"]).capabilities.channels == {Channel.SMS, Channel.VOICE}
    with pytest.raises(ValueError, match="pigeon"):
        Memory(["pigeon"])
    assert Memory().capabilities.for_development
