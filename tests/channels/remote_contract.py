"""What every vendor that makes and checks the code must do. Give `rule`, `made` and `right`."""

from __future__ import annotations

import logging

import pytest

from otpguard.channels.base import OutboundMessage, Submission
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.core.assurance import Channel
from otpguard.core.checked import Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from tests.channels.contract import DIGITS, HttpProviderContract, message
from tests.vendors.server import Mood, Reply, Vendor


def remote_message(channel: Channel, *, key: str = "delivery-1") -> OutboundMessage:
    """A message that asks the vendor for a code of its own."""
    to = message(channel).to
    return OutboundMessage(key=key, channel=channel, to=to, text="", lifetime=600, remote=True)


class RemoteContract(HttpProviderContract):
    """The suite. The vendor's rule finds DIGITS right for whatever it started."""

    def message(self, channel: Channel, *, key: str = "delivery-1") -> OutboundMessage:
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
        assert provider.remote
        assert isinstance(provider.send(message(min(provider.channels))), Refused)
        assert server.received == []

    def test_the_right_code_is_right_on_each_channel(self, provider: RemoteProvider) -> None:
        for channel in sorted(provider.channels):
            assert provider.check(self.started(provider, channel)) == Right()

    def test_a_wrong_code_is_wrong(self, provider: RemoteProvider) -> None:
        for channel in sorted(provider.channels):
            right = self.started(provider, channel)
            wrong = Submission(
                reference=right.reference, channel=channel, to=right.to, code="000000"
            )
            assert isinstance(provider.check(wrong), Wrong)

    @pytest.mark.parametrize("mood", ["hang", "drip", "drop", "rubbish", "flood"])
    def test_without_an_answer_nothing_is_proven(
        self, provider: RemoteProvider, server: Vendor, mood: Mood
    ) -> None:
        submitted = self.started(provider, min(provider.channels))
        server.mood = mood
        checked = provider.check(submitted)
        assert isinstance(checked, Unavailable)
        assert checked.failure is Failure.UNKNOWN_OUTCOME

    def test_a_vendor_that_is_away_proves_nothing(self, unreachable: RemoteProvider) -> None:
        channel = min(unreachable.channels)
        submitted = Submission(reference="1", channel=channel, to=message(channel).to, code=DIGITS)
        assert isinstance(unreachable.check(submitted), Unavailable)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"{}",
            b"[]",
            b'{"status": null, "success": "true"}',
            b'"SUCCESSFUL"',
            b"\xff",
        ],
    )
    @pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 410, 422, 429, 500, 504])
    def test_what_cannot_be_read_is_never_right(
        self, provider: RemoteProvider, server: Vendor, status: int, body: bytes
    ) -> None:
        submitted = self.started(provider, min(provider.channels))
        server.reply = Reply(status, body)
        checked = provider.check(submitted)
        assert not isinstance(checked, Right)
        expected: type = Unavailable
        if status in {404, 410}:
            expected = Gone
        elif status in {400, 422}:
            expected = Wrong
        assert isinstance(checked, expected)

    def test_a_typed_code_is_neither_logged_nor_told(
        self, provider: RemoteProvider, server: Vendor, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            submitted = self.started(provider, min(provider.channels))
            provider.check(submitted)
            server.reply = Reply(422, {"errors": [{"description": DIGITS}], "message": DIGITS})
            checked = provider.check(submitted)
            server.mood = "drop"
            dropped = provider.check(submitted)
        for told in (caplog.text, repr(submitted), repr(checked), repr(dropped), repr(provider)):
            assert DIGITS not in told
            assert submitted.to.removeprefix("+") not in told
