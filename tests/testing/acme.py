"""A vendor of the tests' own, and providers that break the contract with it in one way each."""

from __future__ import annotations

import json
import logging
from itertools import count

from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState, Submission
from otpguard.channels.capabilities import Capabilities
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.channels.responses import by_status, check_by_status, document, text
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Right, Wrong
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.testing.provider_contract import DIGITS
from otpguard.testing.vendor_server import Received, Reply
from otpguard.transport.exchange import Request, Response, checked_url

_number = count(1)


def acme(received: Received) -> Reply:
    """Takes messages, tells of them, forgets them and finds DIGITS right."""
    if received.method == "GET":
        return Reply(200, {"id": received.path[1:], "state": "sent"})
    if received.path == "/check":
        return Reply(200, {"right": received.json["code"] == DIGITS})
    return Reply(200, {"id": f"m-{next(_number)}"})


class Acme(HttpProvider):
    """Keeps the contract."""

    def __init__(self, base: str, *, connect: float, read: float) -> None:
        super().__init__(connect=connect, read=read)
        served = frozenset({Channel.SMS, Channel.VOICE})
        self.capabilities = Capabilities(channels=served, polls=True, closes=True)
        self._base = checked_url(base)

    def build_request(self, message: OutboundMessage) -> Request:
        return self._post("/send", {"to": message.to, "text": message.text})

    def parse_response(self, response: Response) -> Outcome:
        reference = text(document(response.body).get("id"))
        if response.status == 200 and reference:
            return Accepted(reference=reference)
        return by_status(response, "acme")

    def build_status(self, reference: str) -> Request:
        return Request(method="GET", url=f"{self._base}/{reference}")

    def parse_status(self, response: Response) -> ReceiptFact | None:
        found = document(response.body)
        if text(found.get("state")) != "sent":
            return None
        return ReceiptFact(reference=text(found.get("id")), state=ReceiptState.SENT)

    def cancel_request(self, reference: str) -> Request:
        return Request(method="DELETE", url=f"{self._base}/{reference}")

    def confirm_request(self, reference: str, code: Code) -> Request:
        return self._post(f"/{reference}", {"code": code.digits})

    def _post(self, path: str, body: dict[str, str]) -> Request:
        return Request(method="POST", url=self._base + path, body=json.dumps(body).encode())


class AcmeVerify(RemoteProvider, Acme):
    """Keeps the contract of those that make the code."""

    def __init__(self, base: str, *, connect: float, read: float) -> None:
        Acme.__init__(self, base, connect=connect, read=read)
        self.capabilities = Capabilities(
            channels=frozenset({Channel.SMS}), remote=True, code_length=6, codes_only=True
        )

    def check_request(self, submitted: Submission) -> Request:
        return self._post("/check", {"id": submitted.reference, "code": submitted.code})

    def parse_check(self, response: Response, submitted: Submission) -> CheckedCode:
        right = document(response.body).get("right")
        if response.status == 200 and isinstance(right, bool):
            return Right() if right else Wrong()
        return check_by_status(response, "acme")


# --- broken ones ---------------------------------------------------------------------------------


class TriesTwice(Acme):
    def send(self, message: OutboundMessage) -> Outcome:
        first = super().send(message)
        return super().send(message) if isinstance(first, Unavailable) else first


class CodeInUrl(Acme):
    def build_request(self, message: OutboundMessage) -> Request:
        digits = message.code.digits if message.code else ""
        return Request(method="POST", url=f"{self._base}/send?code={digits}", body=b"{}")


class ForgetsReferences(Acme):
    def parse_response(self, response: Response) -> Outcome:
        return Accepted(reference="the one")


class ServesAll(Acme):
    def send(self, message: OutboundMessage) -> Outcome:
        return self.parse_response(Response(status=200, body=b'{"id": "1"}'))


class AnyUrl(Acme):
    def __init__(self, base: str, *, connect: float, read: float) -> None:
        super().__init__("https://acme.example", connect=connect, read=read)
        self._base = base


class BelievesStatus(Acme):
    def parse_response(self, response: Response) -> Outcome:
        if response.status == 200:
            return Accepted(reference="1")
        return Refused(reason=f"http {response.status}")


class Echoes(Acme):
    def parse_response(self, response: Response) -> Outcome:
        return Refused(reason=response.body.decode())


class Logs(Acme):
    def send(self, message: OutboundMessage) -> Outcome:
        logging.getLogger("acme").info("sending %s", message.text)
        return super().send(message)


class BelievesAnyStatus(Acme):
    def status(self, reference: str) -> ReceiptFact:
        return ReceiptFact(reference=reference, state=ReceiptState.DELIVERED)


class RaisesAtTheEnd(Acme):
    def cancel(self, reference: str) -> None:
        raise ValueError(reference)


class FindsAllRight(AcmeVerify):
    def check(self, submitted: Submission) -> CheckedCode:
        return Right()


class FindsAllWrong(AcmeVerify):
    def check(self, submitted: Submission) -> CheckedCode:
        return Wrong()


class TakesOurCodes(AcmeVerify):
    def send(self, message: OutboundMessage) -> Outcome:
        return Accepted(reference="1")


class TellsTheCode(AcmeVerify):
    def check(self, submitted: Submission) -> CheckedCode:
        return Unavailable(reason=f"{submitted.code} was not checked")
