"""What a provider offers besides sending: fetched by its protocol, and checked for contradictions.

The rest of the house asks `offered` alone, and so never calls a method that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from otpguard.channels.base import (
    ClosesVerifications,
    Polling,
    Provider,
    Receiving,
    RemoteCheck,
)
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.inbound import HearsKeywords, KnowsSenders
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.core.assurance import Channel

SHORTEST_CODE, LONGEST_CODE = 4, 10
"""How few and how many digits anything typed as a code may have."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Offer:
    """The capability that promises a protocol: its name, and how to read it."""

    word: str
    is_stated: Callable[[Capabilities], bool]


_OFFERS: Mapping[type, _Offer] = {
    Receiving: _Offer("webhooks", lambda can: can.webhooks is not Webhooks.NONE),
    Polling: _Offer("polls", lambda can: can.polls),
    ClosesVerifications: _Offer("closes", lambda can: can.closes),
    RemoteCheck: _Offer("remote", lambda can: can.remote),
    HearsKeywords: _Offer("keywords", lambda can: can.keywords),
    KnowsSenders: _Offer("knows_senders", lambda can: can.knows_senders),
}


def offered(provider: Provider, protocol: type[T]) -> T | None:
    """The provider as `protocol`, one of these six, if its capabilities say that it is one.

    None otherwise. Raises KeyError for any other protocol.
    """
    stated = _OFFERS[protocol].is_stated(provider.capabilities)
    return provider if stated and isinstance(provider, protocol) else None


def contradictions(provider: Provider) -> tuple[str, ...]:
    """What cannot be true of its capabilities, a sentence each; empty when all is well."""
    return tuple(_contradictions(provider, provider.capabilities))


def _contradictions(provider: Provider, can: Capabilities) -> Iterator[str]:
    if not isinstance(can.channels, frozenset) or not can.channels:
        yield "`channels` must be a frozenset of at least one Channel."
        return
    if not all(isinstance(channel, Channel) for channel in can.channels):
        yield "`channels` must hold members of Channel, not texts."
    for protocol, offer in _OFFERS.items():
        if offer.is_stated(can) and not isinstance(provider, protocol):
            methods = ", ".join(name for name in vars(protocol) if not name.startswith("_"))
            yield f"It states `{offer.word}` but lacks a method of {protocol.__name__}: {methods}."
    yield from _unsaid(provider, can)
    if can.receipts and can.webhooks is Webhooks.NONE and not can.for_development:
        yield "It states `receipts` but no `webhooks`: no receipt could reach us."
    if can.remote and not can.codes_only:
        yield "It states `remote` without `codes_only`: it cannot carry a text of ours."
    if can.code_length and not can.remote:
        yield "It states `code_length` without `remote`: the codes that it sends are ours."
    if can.code_length and not SHORTEST_CODE <= can.code_length <= LONGEST_CODE:
        bounds = f"from {SHORTEST_CODE} to {LONGEST_CODE}"
        yield f"`code_length` must be {bounds}, or 0 when it is unknown."
    yield from _of_senders(can)


def _of_senders(can: Capabilities) -> Iterator[str]:
    if can.keywords and can.webhooks is not Webhooks.SIGNED:
        yield "It states `keywords` without signed `webhooks`: no keyword would be believed."
    for word, is_stated in (("own_sender", can.own_sender), ("knows_senders", can.knows_senders)):
        if is_stated and Channel.WHATSAPP not in can.channels:
            yield f"It states `{word}` but does not serve WhatsApp."


def _unsaid(provider: Provider, can: Capabilities) -> Iterator[str]:
    """What a vendor over HTTP states while its file does not say how: ours only stand in for it."""
    if not isinstance(provider, HttpProvider):
        return
    own = [each for each in type(provider).__mro__ if each not in {HttpProvider, RemoteProvider}]
    for word, is_stated, method in (
        ("polls", can.polls, "build_status"),
        ("remote", can.remote, "check_request"),
        ("webhooks", can.webhooks is Webhooks.SIGNED, "is_authentic"),
    ):
        if is_stated and not any(method in vars(each) for each in own):
            yield f"It states `{word}` and has no `{method}` of its own."
