"""What a provider offers is fetched by its protocol, and what it states is held against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from otpguard.channels.base import (
    ClosesVerifications,
    OutboundMessage,
    Polling,
    Receiving,
    RemoteCheck,
    Sender,
    Submission,
    Webhook,
)
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.inbound import (
    HearsKeywords,
    KeywordFact,
    KnowsSenders,
    SenderChange,
    SenderState,
)
from otpguard.channels.offers import contradictions, offered
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Outcome, Unavailable
from otpguard.transport.exchange import Request

SMS = frozenset({Channel.SMS})


@dataclass
class Plain:
    """Can send, and says what it is told to say."""

    capabilities: Capabilities

    def send(self, message: OutboundMessage) -> Outcome:
        return Accepted()


def plain(**stated: Any) -> Plain:
    return Plain(Capabilities(**{"channels": SMS, **stated}))


class Able(RemoteProvider):
    """Says how it does everything."""

    def build_status(self, reference: str) -> Request:
        return Request(method="GET", url=f"https://acme.example/{reference}")

    def check_request(self, submitted: Submission) -> Request:
        return Request(method="POST", url="https://acme.example/check")

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        return received.header("Signature") == "s"

    def parse_keywords(self, received: Webhook) -> tuple[KeywordFact, ...]:
        return ()

    def keyword_reply(self, text: str) -> str:
        return text

    def read_sender(self, sender: Sender) -> SenderState | Unavailable:
        return Unavailable(reason="away")

    def parse_sender_changes(self, received: Webhook) -> tuple[SenderChange, ...]:
        return ()


def remote(kind: type[RemoteProvider] = Able, **stated: Any) -> RemoteProvider:
    found = kind()
    usual = {"channels": SMS, "remote": True, "code_length": 6, "codes_only": True}
    found.capabilities = Capabilities(**{**usual, **stated})
    return found


def over_http(**stated: Any) -> HttpProvider:
    found = HttpProvider()
    found.capabilities = Capabilities(channels=SMS, **stated)
    return found


@pytest.mark.parametrize(
    ("protocol", "stated"),
    [
        (Receiving, {"webhooks": Webhooks.SIGNED}),
        (Receiving, {"webhooks": Webhooks.UNSIGNED}),
        (Polling, {"polls": True}),
        (ClosesVerifications, {"closes": True}),
        (RemoteCheck, {"remote": True}),
        (HearsKeywords, {"keywords": True}),
        (KnowsSenders, {"knows_senders": True}),
    ],
)
def test_what_is_stated_and_there_is_offered(protocol: type, stated: dict[str, Any]) -> None:
    able = Able()
    able.capabilities = Capabilities(channels=SMS)
    assert offered(able, protocol) is None, "it has the methods and does not state them"
    able.capabilities = Capabilities(channels=SMS, **stated)
    assert offered(able, protocol) is able
    assert offered(plain(**stated), protocol) is None, "it states what it has not"


def test_another_protocol_is_not_asked_for() -> None:
    with pytest.raises(KeyError):
        offered(plain(), HttpProvider)


@pytest.mark.parametrize(
    "provider",
    [
        plain(),
        plain(receipts=True, for_development=True),
        remote(),
        remote(code_length=0),
        remote(polls=True, closes=True, receipts=True, webhooks=Webhooks.SIGNED),
    ],
)
def test_what_can_be_true_together_is_no_contradiction(provider: Any) -> None:
    assert contradictions(provider) == ()


@pytest.mark.parametrize(
    ("provider", "word"),
    [
        (plain(channels=frozenset()), "channels"),
        (plain(channels={Channel.SMS}), "channels"),
        (plain(channels=None), "channels"),
        (plain(channels=frozenset({"sms"})), "channels"),
        (plain(polls=True), "polls"),
        (plain(closes=True), "closes"),
        (plain(webhooks=Webhooks.SIGNED), "is_authentic, parse_receipt, handshake"),
        (plain(remote=True, codes_only=True), "remote"),
        (plain(receipts=True), "receipts"),
        (remote(codes_only=False), "codes_only"),
        (remote(code_length=3), "code_length"),
        (remote(code_length=11), "code_length"),
        (remote(code_length=-6), "code_length"),
        (plain(code_length=6), "code_length"),
        (plain(own_sender=True), "own_sender"),
        (remote(keywords=True), "keywords"),
        (remote(keywords=True, webhooks=Webhooks.UNSIGNED), "keywords"),
        (remote(knows_senders=True), "knows_senders"),
        (remote(RemoteProvider), "check_request"),
        (over_http(polls=True), "build_status"),
        (over_http(webhooks=Webhooks.SIGNED), "is_authentic"),
    ],
)
def test_a_contradiction_is_told_in_a_sentence(provider: Any, word: str) -> None:
    [sentence] = contradictions(provider)
    assert word in sentence
    assert sentence.endswith(".")
