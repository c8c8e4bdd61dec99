"""A vendor that answers a message in one way, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from otpguard.channels.http_provider import HttpProvider
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Failure, FailureScope, Refused, Unavailable
from otpguard.testing.provider_contract import message
from otpguard.testing.remote_provider_contract import remote_message
from otpguard.testing.vendor_server import Reply, vendor

Meant = tuple[Failure, FailureScope, bool]
"""The class of an answer, what it concerns, and whether we only suppose so."""


def answered(
    made: Callable[..., HttpProvider],
    status: int,
    body: object,
    headers: dict[str, str] | None = None,
    channel: Channel = Channel.SMS,
) -> Refused | Unavailable:
    """The outcome of a message that the vendor answers so. Nothing of what it says is told."""
    with vendor() as server:
        server.reply = Reply(status, body, headers or {})
        provider = made(base=server.url)
        sent = remote_message(channel) if provider.capabilities.remote else message(channel)
        outcome = provider.send(sent)
    assert isinstance(outcome, Refused | Unavailable)
    assert sent.to.removeprefix("+") not in outcome.reason
    return outcome


def meant(outcome: Refused | Unavailable) -> Meant:
    """What it came to. A refusal of one message concerns its number."""
    if isinstance(outcome, Unavailable):
        return outcome.failure, outcome.scope, outcome.probable
    return outcome.failure, FailureScope.NUMBER, False


def certain(failure: Failure, scope: FailureScope = FailureScope.ACCOUNT) -> Meant:
    """A failure that is known."""
    return failure, scope, False


def supposed(failure: Failure, scope: FailureScope = FailureScope.ACCOUNT) -> Meant:
    """A failure that we suppose."""
    return failure, scope, True


def refused(failure: Failure) -> Meant:
    """A refusal of this one message."""
    return failure, FailureScope.NUMBER, False


def body_of(code: int, **more: Any) -> dict[str, Any]:
    """An error as several vendors write it."""
    return {"code": code, "message": "about 12015550123", **more}
