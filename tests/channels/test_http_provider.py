"""Build, send, parse: the one step that does anything, and what it makes of each end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState, Webhook
from otpguard.channels.capabilities import Capabilities
from otpguard.channels.http_provider import HttpProvider, NotAuthorizedError, told_to_wait
from otpguard.channels.responses import by_status
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.testing.provider_contract import message
from otpguard.testing.remote_provider_contract import remote_message
from otpguard.testing.vendor_server import Reply, vendor
from otpguard.transport.exchange import Request, Response
from tests.ports import free_port

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Acme(HttpProvider):
    """A vendor of a few lines, as a host would write one."""

    capabilities = Capabilities(channels=frozenset({Channel.SMS}), polls=True, closes=True)

    def __init__(self, base: str, *, read: float = 0.2) -> None:
        super().__init__(connect=0.5, read=read)
        self._base = base

    def build_request(self, message: OutboundMessage) -> Request:
        return Request(method="POST", url=f"{self._base}/send", body=message.text.encode())

    def parse_response(self, response: Response) -> Outcome:
        if response.status == 400:
            return Refused(reason="acme", failure=Failure.INVALID_NUMBER)
        return Accepted(reference="1")

    def cancel_request(self, reference: str) -> Request:
        return Request(method="DELETE", url=f"{self._base}/{reference}")

    def build_status(self, reference: str) -> Request:
        return Request(method="GET", url=f"{self._base}/{reference}")

    def parse_status(self, response: Response) -> ReceiptFact | None:
        reference = response.body.decode()
        return ReceiptFact(reference=reference, state=ReceiptState.SENT) if reference else None


class Plain(Acme):
    """One that goes by the status alone."""

    def parse_response(self, response: Response) -> Outcome:
        return by_status(response, "acme")


class Locked(Acme):
    """One that has lost its credentials."""

    def authorize(self, request: Request, *, now: datetime) -> Request:
        raise NotAuthorizedError("acme: no key")


def test_what_was_built_is_sent_and_what_came_back_is_parsed() -> None:
    with vendor() as server:
        assert Acme(server.url).send(message()) == Accepted(reference="1")
        [received] = server.received
        assert (received.method, received.path) == ("POST", "/send")
        assert received.body == message().text.encode()
        server.reply = Reply(400)
        assert Acme(server.url).send(message()) == Refused(
            reason="acme", failure=Failure.INVALID_NUMBER
        )


def test_a_vendor_that_is_away_has_sent_nothing_and_one_that_hangs_perhaps_has() -> None:
    away = Acme(f"http://127.0.0.1:{free_port()}")
    assert away.send(message()) == Unavailable(reason="ConnectError", failure=Failure.TRANSIENT)
    assert away.cancel("1") is Failure.TRANSIENT
    with vendor() as server:
        server.mood = "hang"
        outcome = Acme(server.url).send(message())
        assert isinstance(outcome, Unavailable)
        assert outcome.failure is Failure.UNKNOWN_OUTCOME
        assert Acme(server.url).cancel("1") is Failure.UNKNOWN_OUTCOME


@pytest.mark.parametrize("status", [429, 503, 504])
def test_the_wait_of_an_answer_is_told_whatever_the_vendors_file_says(status: int) -> None:
    by_date = {
        "Date": "Wed, 21 Oct 2026 07:28:00 GMT",
        "Retry-After": "Wed, 21 Oct 2026 07:28:07 GMT",
    }
    with vendor() as server:
        for headers in ({"Retry-After": "7"}, by_date):
            server.reply = Reply(status, b"", headers)
            outcome = Plain(server.url).send(message())
            assert isinstance(outcome, Unavailable)
            assert outcome.retry_after == 7
            asked = Plain(server.url).status("1")
            assert isinstance(asked, Unavailable)
            assert asked.retry_after == 7


def test_what_no_wait_mends_is_not_waited_for() -> None:
    with vendor() as server:
        server.reply = Reply(401, b"", {"Retry-After": "7"})
        outcome = Plain(server.url).send(message())
    assert outcome == Unavailable(reason="acme: http 401", failure=Failure.AUTH_CONFIG)


def test_a_wait_that_the_vendors_file_knows_is_bounded() -> None:
    busy = Refused(reason="acme", failure=Failure.CONFLICT_OPEN, retry_after=10**9)
    assert told_to_wait(busy, Response(status=409)) == replace(busy, retry_after=86_400)
    assert told_to_wait(replace(busy, retry_after=0), Response(status=409)).retry_after is None


def test_without_credentials_nothing_is_sent() -> None:
    with vendor() as server:
        locked = Locked(server.url)
        assert locked.send(message()) == Unavailable(
            reason="acme: no key", failure=Failure.AUTH_CONFIG
        )
        assert locked.cancel("1") is Failure.AUTH_CONFIG
        assert server.received == []


@pytest.mark.parametrize(
    ("status", "failure"), [(200, None), (204, None), (400, Failure.INVALID_NUMBER)]
)
def test_a_closing_is_done_or_has_failed(status: int, failure: Failure | None) -> None:
    with vendor() as server:
        server.reply = Reply(status)
        assert Acme(server.url).cancel("1") is failure


def test_a_closing_that_is_neither_may_be_tried_again() -> None:
    with vendor() as server:
        server.reply = Reply(302)
        assert Acme(server.url).cancel("1") is Failure.TRANSIENT


def test_what_a_vendor_does_not_have_is_done_already() -> None:
    provider = Acme("http://127.0.0.1:1")
    received = Webhook(method="POST", url="https://acme.example/")
    assert provider.confirm("1", Code("481516")) is None
    assert not provider.is_authentic(received, now=NOW)
    assert provider.parse_receipt(received) == ()
    assert provider.handshake(received) is None
    assert HttpProvider().cancel("1") is None


def test_a_vendor_that_carries_our_codes_makes_none() -> None:
    with vendor() as server:
        outcome = Acme(server.url).send(remote_message(Channel.SMS))
        assert isinstance(outcome, Refused)
        assert server.received == []


def test_a_vendors_file_must_say_how_to_build_and_parse() -> None:
    with pytest.raises(NotImplementedError):
        HttpProvider().build_request(message())
    with pytest.raises(NotImplementedError):
        HttpProvider().parse_response(Response(status=200))
    with pytest.raises(NotImplementedError):
        HttpProvider().build_status("1")
    with pytest.raises(NotImplementedError):
        HttpProvider().parse_status(Response(status=200))


def test_a_status_is_of_the_message_that_was_asked_about() -> None:
    with vendor() as server:
        server.reply = Reply(200, b"7")
        said = Acme(server.url).status("7")
        assert said == ReceiptFact(reference="7", state=ReceiptState.SENT)
        assert Acme(server.url).status("8") is None
        server.reply = Reply(200, b"")
        assert Acme(server.url).status("7") is None


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (302, Failure.AUTH_CONFIG),
        (401, Failure.AUTH_CONFIG),
        (429, Failure.RATE_LIMITED),
        (500, Failure.TRANSIENT),
        (502, Failure.UNKNOWN_OUTCOME),
    ],
)
def test_a_vendor_that_cannot_answer_says_nothing_about_the_message(
    status: int, failure: Failure
) -> None:
    with vendor() as server:
        server.reply = Reply(status, b"7")
        said = Acme(server.url).status("7")
        assert isinstance(said, Unavailable)
        assert said.failure is failure


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_a_vendor_that_knows_no_such_message_says_nothing(status: int) -> None:
    with vendor() as server:
        server.reply = Reply(status, b"7")
        assert Acme(server.url).status("7") is None


def test_whoever_cannot_be_asked_may_be_asked_again() -> None:
    away = Acme(f"http://127.0.0.1:{free_port()}").status("7")
    assert away == Unavailable(reason="ConnectError")
    with vendor() as server:
        locked = Locked(server.url).status("7")
        assert locked == Unavailable(reason="acme: no key", failure=Failure.AUTH_CONFIG)
        server.mood = "hang"
        hung = Acme(server.url).status("7")
        assert isinstance(hung, Unavailable)
        assert hung.failure is Failure.UNKNOWN_OUTCOME
