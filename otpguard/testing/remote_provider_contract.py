"""What every provider must do as well if its vendor makes and checks the code. Needs pytest.

class TestAcmeVerify(RemoteProviderContract):
    rule = staticmethod(acme_verify)        # finds DIGITS right for whatever it started
    def made(self, base, *, connect, read): ...
"""

from __future__ import annotations

import logging
import time

import pytest

from otpguard.channels.base import OutboundMessage, Submission
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.testing.http_provider_contract import (
    BROKEN,
    PATIENT,
    SILENT,
    SOON,
    HttpProviderContract,
)
from otpguard.testing.provider_contract import DIGITS, message
from otpguard.testing.vendor_server import Reply, Vendor

UNREADABLE = (
    b"",
    b"<html>",
    b"{}",
    b"[]",
    b'{"status": null, "success": "true"}',
    b'"SUCCESSFUL"',
    b"\xff",
)
BY_STATUS: dict[int, type] = {
    200: Unavailable,
    302: Unavailable,
    400: Wrong,
    401: Unavailable,
    403: Unavailable,
    404: Gone,
    410: Gone,
    422: Wrong,
    429: Unavailable,
    500: Unavailable,
    504: Unavailable,
}


def remote_message(channel: Channel, *, key: str = "delivery-1") -> OutboundMessage:
    """A message that asks the vendor for a code of its own."""
    to = message(channel).to
    return OutboundMessage(key=key, channel=channel, to=to, text="", lifetime=600, remote=True)


class RemoteProviderContract(HttpProviderContract):
    """The suite. The vendor's rule finds DIGITS right for whatever it started."""

    def made(self, base: str, *, connect: float, read: float) -> RemoteProvider:
        """See HttpProviderContract."""
        raise NotImplementedError

    def patient(self, server: Vendor) -> RemoteProvider:
        """A fresh one that waits for its answer."""
        return self.made(server.url, connect=PATIENT.connect, read=PATIENT.read)

    def message(self, channel: Channel, *, key: str = "delivery-1") -> OutboundMessage:
        """A message that asks for a code of the vendor's own."""
        return remote_message(channel, key=key)

    def started(self, provider: RemoteProvider, channel: Channel) -> Submission:
        """A verification that was started, with the right code."""
        sent = self.message(channel)
        outcome = provider.send(sent)
        assert isinstance(outcome, Accepted)
        return Submission(reference=outcome.reference, channel=channel, to=sent.to, code=DIGITS)

    def test_a_message_with_a_code_of_ours_is_refused(
        self, provider: RemoteProvider, server: Vendor
    ) -> None:
        assert provider.capabilities.remote
        channel = min(provider.capabilities.channels)
        assert isinstance(provider.send(message(channel)), Refused)
        assert server.received == []

    def test_the_right_code_is_right_on_each_channel(self, provider: RemoteProvider) -> None:
        for channel in sorted(provider.capabilities.channels):
            assert provider.check(self.started(provider, channel)) == Right(), channel

    def test_a_wrong_code_is_wrong(self, provider: RemoteProvider) -> None:
        for channel in sorted(provider.capabilities.channels):
            right = self.started(provider, channel)
            wrong = Submission(
                reference=right.reference, channel=channel, to=right.to, code="000000"
            )
            assert isinstance(provider.check(wrong), Wrong), channel

    def test_without_an_answer_nothing_is_proven(
        self, provider: RemoteProvider, impatient: RemoteProvider, server: Vendor
    ) -> None:
        submitted = self.started(provider, min(provider.capabilities.channels))
        for mood in (*SILENT, *BROKEN):
            server.mood = mood
            began = time.monotonic()
            checked = (impatient if mood in SILENT else provider).check(submitted)
            assert time.monotonic() - began < SOON, mood
            assert isinstance(checked, Unavailable), mood
            assert checked.failure is Failure.UNKNOWN_OUTCOME, mood

    def test_a_vendor_that_is_away_proves_nothing(self, unreachable: RemoteProvider) -> None:
        channel = min(unreachable.capabilities.channels)
        submitted = Submission(reference="1", channel=channel, to=message(channel).to, code=DIGITS)
        assert isinstance(unreachable.check(submitted), Unavailable)

    def test_what_cannot_be_read_is_never_right(
        self, provider: RemoteProvider, server: Vendor
    ) -> None:
        submitted = self.started(provider, min(provider.capabilities.channels))
        for status, expected in BY_STATUS.items():
            for body in UNREADABLE:
                server.reply = Reply(status, body)
                checked = self.patient(server).check(submitted)
                assert not isinstance(checked, Right), (status, body)
                assert isinstance(checked, expected), (status, body)

    def test_a_typed_code_is_neither_logged_nor_told(
        self, provider: RemoteProvider, server: Vendor, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            submitted = self.started(provider, min(provider.capabilities.channels))
            provider.check(submitted)
            server.reply = Reply(422, {"errors": [{"description": DIGITS}], "message": DIGITS})
            checked = provider.check(submitted)
            server.mood = "drop"
            dropped = provider.check(submitted)
        for told in (caplog.text, repr(submitted), repr(checked), repr(dropped), repr(provider)):
            assert DIGITS not in told
            assert submitted.to.removeprefix("+") not in told
