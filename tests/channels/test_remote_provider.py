"""A vendor that makes the code: what comes of a check, whatever the vendor does."""

from __future__ import annotations

from datetime import datetime

import pytest

from otpguard.channels.base import OutboundMessage, Submission
from otpguard.channels.capabilities import Capabilities
from otpguard.channels.http_provider import NotAuthorizedError
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.testing.provider_contract import message
from otpguard.testing.remote_provider_contract import remote_message
from otpguard.testing.vendor_server import Reply, vendor
from otpguard.transport.exchange import Request, Response
from tests.ports import free_port

ASKED = Submission(reference="1", channel=Channel.SMS, to="+12015550123", code="481516")


class Acme(RemoteProvider):
    """A vendor of a few lines, as a host would write one."""

    capabilities = Capabilities(
        channels=frozenset({Channel.SMS}), remote=True, code_length=6, codes_only=True
    )

    def __init__(self, base: str) -> None:
        super().__init__(connect=0.5, read=0.5)
        self._base = base

    def build_request(self, message: OutboundMessage) -> Request:
        return Request(method="POST", url=f"{self._base}/start", body=message.to.encode())

    def parse_response(self, response: Response) -> Outcome:
        return Accepted(reference="1")

    def check_request(self, submitted: Submission) -> Request:
        return Request(method="POST", url=f"{self._base}/check", body=submitted.code.encode())

    def parse_check(self, response: Response, submitted: Submission) -> CheckedCode:
        return Right() if response.status == 200 else Wrong()


class Locked(Acme):
    """One that has lost its credentials."""

    def authorize(self, request: Request, *, now: datetime) -> Request:
        raise NotAuthorizedError("acme: no key")


def test_it_is_asked_for_a_code_of_its_own_and_about_what_was_typed() -> None:
    with vendor() as server:
        acme = Acme(server.url)
        assert acme.send(remote_message(Channel.SMS)) == Accepted(reference="1")
        assert acme.check(ASKED) == Right()
        server.reply = Reply(400)
        assert acme.check(ASKED) == Wrong()
        assert [each.path for each in server.received] == ["/start", "/check", "/check"]
        assert isinstance(acme.send(message()), Refused), "a code of ours is not for it"
        assert len(server.received) == 3


def test_a_vendor_that_is_away_and_one_that_hangs_say_nothing_about_the_code() -> None:
    away = Acme(f"http://127.0.0.1:{free_port()}").check(ASKED)
    assert away == Unavailable(reason="ConnectError", failure=Failure.TRANSIENT)
    with vendor() as server:
        server.mood = "hang"
        hung = Acme(server.url).check(ASKED)
        assert isinstance(hung, Unavailable)
        assert hung.failure is Failure.UNKNOWN_OUTCOME


def test_without_credentials_nobody_is_asked() -> None:
    with vendor() as server:
        assert Locked(server.url).check(ASKED) == Unavailable(
            reason="acme: no key", failure=Failure.AUTH_CONFIG
        )
        assert server.received == []


def test_a_vendors_file_must_say_how_to_check() -> None:
    with pytest.raises(NotImplementedError):
        RemoteProvider().check_request(ASKED)
    with pytest.raises(NotImplementedError):
        RemoteProvider().parse_check(Response(status=200), ASKED)


def test_what_was_submitted_shows_neither_code_nor_destination() -> None:
    assert repr(ASKED) == "Submission(reference='1', channel=<Channel.SMS: 'sms'>)"
