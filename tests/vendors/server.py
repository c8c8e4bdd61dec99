"""An HTTP server that answers by a rule, or misbehaves in the way it is told.

What a rule finds wrong with a request is kept as a complaint and answered by 400; leaving the
context with complaints fails the test.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

Mood = Literal["answer", "hang", "hang after headers", "drip", "drop", "rubbish", "flood"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it arrived. `at` is when, on the vendor's own clock in seconds."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        assert self.headers["content-type"] == "application/x-www-form-urlencoded"
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. A body that is not bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Rule = Callable[[Received], Reply]


def welcome(_received: Received) -> Reply:
    """The rule of a vendor that takes everything."""
    return Reply(200, {"ok": True})


class Vendor(ThreadingHTTPServer):
    """A vendor. `reply`, when set, stands in for what its rule answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, rule: Rule) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rule = rule
        self.mood: Mood = "answer"
        self.reply: Reply | None = None
        self.received: list[Received] = []
        self.replied: list[Reply] = []
        self.complaints: list[str] = []
        self.connections = 0
        self.released = Event()
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.lock:
            self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Vendor
    protocol_version = "HTTP/1.1"
    timeout = 30

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        received = Received(
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            at=time.monotonic(),
        )
        with self.server.lock:
            self.server.received.append(received)
        match self.server.mood:
            case "answer":
                self._answer(self._ruled(received))
            case "drop":
                self._hang_up()
            case "hang":
                self.server.released.wait(20)
                self._hang_up()
            case "rubbish":
                self.wfile.write(b"\x00\x01 good morning\r\n\r\n")
                self._hang_up()
            case "hang after headers" | "drip":
                self._drip()
            case "flood":
                self._answer(Reply(200, b"a" * ((1 << 20) + 1)))

    do_GET = do_POST = do_DELETE = do_PUT = handle_any  # noqa: N815 (names of the library)

    def log_message(self, *args: Any) -> None:
        """Nothing is printed."""

    def _ruled(self, received: Received) -> Reply:
        try:
            usual = self.server.rule(received)
        except (AssertionError, KeyError, ValueError) as error:
            self.server.complaints.append(f"{received.method} {received.target}: {error!r}")
            return Reply(400)
        return self.server.reply or usual

    def _answer(self, reply: Reply) -> None:
        with self.server.lock:
            self.server.replied.append(reply)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.raw)))
        self.end_headers()
        if reply.status != 204:
            self.wfile.write(reply.raw)

    def _drip(self) -> None:
        """Headers, and then a byte from time to time, or nothing more."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        self.wfile.flush()
        while self.server.mood == "drip" and not self.server.released.wait(0.05):
            with suppress(OSError):
                self.wfile.write(b" ")
                self.wfile.flush()
        self.server.released.wait(20)
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def vendor(rule: Rule = welcome) -> Iterator[Vendor]:
    """A running vendor. Fails at the end when it had something to complain about."""
    with Vendor(rule) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            running.released.set()
            running.shutdown()
            thread.join()
    assert running.complaints == []
