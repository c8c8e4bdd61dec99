"""Heads as signed calls, to a real server on loopback."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from otpguard.channels.signatures import standard
from otpguard.core.sealing.note import Head, SignedNote
from tests.flows.audit.logging import begin
from tests.flows.audit.publishing import ORIGIN, publish, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "whsec_" + b64encode(b"s" * 32).decode()


class Receiver(HTTPServer):
    """Keeps the calls, and answers with `status`."""

    status = 204
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: list[tuple[dict[str, str], bytes]] = []


class Handler(BaseHTTPRequestHandler):
    """One call."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.calls.append((headers, body))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A server that is in the settings."""
    begin()
    server = Receiver()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/heads"
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"WEBHOOK": {"URL": url, "SECRET": SECRET}}}
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_call_has_the_head_and_a_signature_of_standard_webhooks(receiver: Receiver) -> None:
    write_and_seal()
    assert publish().published == {"webhook": 1}
    ((headers, body),) = receiver.calls
    expected = standard(
        SECRET,
        message=headers["webhook-id"],
        timestamp=headers["webhook-timestamp"],
        body=body,
    )
    assert headers["webhook-signature"] == expected
    document = json.loads(body)
    assert document["type"] == "audit.head"
    head = Head.parse(SignedNote.parse(document["note"]).text)
    assert (head.origin, head.size) == (ORIGIN, document["size"])


def test_a_call_that_fails_is_made_again_under_the_same_id(receiver: Receiver) -> None:
    receiver.status = 500
    write_and_seal()
    assert publish().failed == {"webhook": "the answer was 500"}
    receiver.status = 200
    assert publish().published == {"webhook": 1}
    first, second = (headers["webhook-id"] for headers, _ in receiver.calls)
    assert first == second


def test_no_redirect_is_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 307, "http://169.254.169.254/latest/meta-data"
    write_and_seal()
    assert publish().failed == {"webhook": "the answer was 307"}
    assert len(receiver.calls) == 1


def test_plain_http_to_another_machine_is_refused(settings: Any) -> None:
    begin()
    there = {"URL": "http://10.0.0.1/heads", "SECRET": SECRET}
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"WEBHOOK": there}}
    write_and_seal()
    assert "https" in publish().failed["webhook"]
