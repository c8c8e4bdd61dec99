"""The provider contract sees each way of breaking it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from otpguard.channels.base import OutboundMessage, ReceiptFact, Webhook
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Outcome, Unavailable
from otpguard.testing.provider_contract import DIGITS, ProviderContract, message

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GENUINE = Webhook(method="POST", url="https://a.example/", headers={"Signature": "s"}, body=b"a=b")

CAN = Capabilities(channels=frozenset({Channel.SMS, Channel.EMAIL}), webhooks=Webhooks.SIGNED)


@dataclass
class Good:
    """Does all that the contract asks for, and receives webhooks besides."""

    capabilities: Capabilities = CAN
    away: bool = False
    sent: list[OutboundMessage] = field(default_factory=list, repr=False)

    def send(self, message: OutboundMessage) -> Outcome:
        if self.away:
            return Unavailable(reason="the pager is away")
        self.sent.append(message)
        return Accepted(reference=message.key)

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        return received.header("Signature") == "s" and received.body == GENUINE.body

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        return ()

    def handshake(self, received: Webhook) -> str | None:
        return None


class Suite(ProviderContract):
    def signed_webhook(self) -> tuple[Webhook, datetime]:
        return GENUINE, NOW

    def secrets(self) -> tuple[str, ...]:
        return ("hush",)


class TestGood(Suite):
    """The contract itself, by a provider that keeps it."""

    @pytest.fixture
    def provider(self) -> Good:
        return Good()

    @pytest.fixture
    def unreachable(self) -> Good:
        return Good(away=True)


def broken(**methods: Callable[..., Any]) -> Any:
    """A provider that keeps the contract but for these methods."""
    return type("Broken", (Good,), methods)()


def logs(_self: Good, message: OutboundMessage) -> Outcome:
    logging.getLogger("pager").debug("to %s", message.to)
    return Accepted()


def changes(self: Good, _message: OutboundMessage) -> Outcome:
    self.capabilities = replace(self.capabilities, polls=True)
    return Accepted()


def refuses_a_second(self: Good, message: OutboundMessage) -> Outcome:
    self.sent.append(message)
    return Accepted() if len(self.sent) == 1 else Unavailable(reason="busy")


def raises(*_: object, **__: object) -> Any:
    raise OSError("no network")


def test_a_provider_that_contradicts_itself_is_seen() -> None:
    suite = Suite()
    contradictory = Good(Capabilities(channels=frozenset({Channel.SMS}), polls=True))
    with pytest.raises(AssertionError):
        suite.test_what_it_can_do_does_not_contradict_itself(contradictory)
    with pytest.raises(AssertionError):
        suite.test_what_it_can_do_stays_the_same(broken(send=changes))


def test_a_provider_that_does_not_send_is_seen() -> None:
    suite, away = Suite(), Good(away=True)
    with pytest.raises(AssertionError):
        suite.test_it_takes_a_message_on_each_of_its_channels(away)
    with pytest.raises(AssertionError):
        suite.test_several_threads_may_send_at_once(broken(send=refuses_a_second))
    with pytest.raises(AssertionError):
        suite.test_it_takes_a_notice_which_carries_no_code_or_says_that_it_cannot(away)
    says_less = Good(replace(Good().capabilities, codes_only=True))
    with pytest.raises(AssertionError):
        suite.test_it_takes_a_notice_which_carries_no_code_or_says_that_it_cannot(says_less)


def test_a_provider_that_raises_or_pretends_while_its_vendor_is_away_is_seen() -> None:
    suite = Suite()
    with pytest.raises(OSError, match="no network"):
        suite.test_a_vendor_that_is_away_is_an_outcome_and_not_an_exception(broken(send=raises))
    with pytest.raises(AssertionError):
        suite.test_a_vendor_that_is_away_is_an_outcome_and_not_an_exception(Good())


@pytest.mark.parametrize(
    "teller",
    [
        broken(send=lambda _, message: Unavailable(reason=f"not to {message.to}")),
        broken(send=lambda _, message: Accepted(reference=DIGITS)),
        broken(send=lambda _, message: Unavailable(reason="a\nb")),
        broken(send=lambda _, message: None),
        broken(__repr__=lambda _: "Pager(token='hush')"),
    ],
)
def test_a_provider_that_tells_is_seen(teller: Any) -> None:
    with pytest.raises(AssertionError):
        Suite().test_its_answers_and_its_repr_tell_neither_code_nor_destination(teller, None)


def test_a_provider_that_logs_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AssertionError):
        Suite().test_nothing_secret_is_logged(broken(send=logs), None, caplog)


@pytest.mark.parametrize(
    "believer",
    [
        broken(is_authentic=lambda *_, **__: True),
        broken(parse_receipt=lambda *_: None),
        broken(handshake=lambda *_: b""),
    ],
)
def test_a_provider_that_takes_a_stranger_for_its_vendor_is_seen(believer: Any) -> None:
    with pytest.raises(AssertionError):
        Suite().test_a_stranger_is_not_the_vendor_and_does_no_harm(believer)


@pytest.mark.parametrize(
    "careless",
    [
        broken(is_authentic=lambda *_, **__: False),
        broken(is_authentic=lambda *_, **__: True),
        broken(is_authentic=lambda _, received, now: received.body == GENUINE.body),
        broken(is_authentic=lambda _, received, now: received.header("Signature") == "s"),
    ],
)
def test_a_provider_that_does_not_look_at_all_that_is_signed_is_seen(careless: Any) -> None:
    with pytest.raises(AssertionError):
        Suite().test_a_signed_webhook_counts_as_it_came_and_not_when_it_was_changed(careless)


def test_an_example_of_a_signed_webhook_must_be_given() -> None:
    with pytest.raises(AssertionError, match="signed_webhook"):
        ProviderContract().test_a_signed_webhook_counts_as_it_came_and_not_when_it_was_changed(
            Good()
        )


def test_a_provider_whose_vendor_is_away_must_neither_know_nor_raise() -> None:
    capable = replace(Good().capabilities, polls=True, closes=True)
    fine = broken(status=lambda *_: None, cancel=lambda *_: None, confirm=lambda *_: None)
    bad = broken(status=lambda *_: "sent", cancel=raises, confirm=raises)
    fine.capabilities = bad.capabilities = capable
    suite = Suite()
    suite.test_one_that_is_away_is_asked_in_vain_and_without_an_exception(fine)
    suite.test_one_that_is_away_is_told_in_vain_and_without_an_exception(fine)
    with pytest.raises(AssertionError):
        suite.test_one_that_is_away_is_asked_in_vain_and_without_an_exception(bad)
    with pytest.raises(OSError, match="no network"):
        suite.test_one_that_is_away_is_told_in_vain_and_without_an_exception(bad)


def test_a_message_of_the_suite_is_for_its_channel() -> None:
    assert message(Channel.EMAIL).to == "kim@example.com"
    assert message(Channel.EMAIL).subject
    assert message(Channel.SMS).subject == ""
