"""A vendor as an HTTP server on loopback, that answers by a rule or misbehaves as it is told.

    with vendor(rule) as server:            # `rule` takes a Received and returns a Reply
        provider = Acme(base=server.url)
        server.reply = Reply(503)           # whatever the rule says
        server.mood = "hang"                # no answer at all

`mood` is how the vendor behaves:

    answer              as the rule says, or `reply` when it is set
    hang                takes the request and never answers
    hang after headers  sends the head of an answer and then nothing
    drip                sends the body byte by byte, slower than anybody can wait
    drop                hangs up
    rubbish             answers something that is not HTTP
    flood               answers more than anybody can read

What a rule finds wrong with a request (an AssertionError, KeyError or ValueError) is kept as a
complaint and answered by 400; leaving the context with complaints raises AssertionError.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

Mood = Literal["answer", "hang", "hang after headers", "drip", "drop", "rubbish", "flood"]


LONGEST_HANG = 20.0
"""Seconds after which a server that hangs gives up, lest a test that failed waits for ever."""


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
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The fields of the query."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form. Raises AssertionError for a body of another type."""
        assert self.headers["content-type"] == "application/x-www-form-urlencoded"
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. A body that is not bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        """The body as it is sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Rule = Callable[[Received], Reply]


def welcome(_received: Received) -> Reply:
    """The rule of a vendor that takes everything."""
    return Reply(200, {"ok": True})


class Vendor(ThreadingHTTPServer):
    """A vendor. `reply`, when set, stands in for what its rule answers.

    `received` and `replied` are what came and what was answered, in order; `connections` counts
    the connections that clients opened.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, rule: Rule) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rule = rule
        self.lock = threading.Condition()
        self.released = threading.Event()
        self.forget()

    def forget(self) -> None:
        """Start again as a vendor that answers, has received nothing and complains of nothing.

        Requests that still hang are released.
        """
        self.released.set()
        self.released = threading.Event()
        self.mood: Mood = "answer"
        self.reply: Reply | None = None
        self.received: list[Received] = []
        self.replied: list[Reply] = []
        self.complaints: list[str] = []
        self.connections = 0

    def wait_for(self, count: int, *, seconds: float = 5.0) -> list[Received]:
        """What was received, after `count` requests or when time is up."""
        with self.lock:
            self.lock.wait_for(lambda: len(self.received) >= count, timeout=seconds)
            return list(self.received)

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.lock:
            self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is not reported."""


class _Handler(BaseHTTPRequestHandler):
    server: Vendor
    protocol_version = "HTTP/1.1"
    # Head and body are two writes; the second must not wait for the client's word on the first.
    disable_nagle_algorithm = True
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
            self.server.lock.notify_all()
        mood, released = self.server.mood, self.server.released
        match mood:
            case "answer":
                self._answer(self._ruled(received))
            case "drop":
                self._hang_up()
            case "hang":
                released.wait(LONGEST_HANG)
                self._hang_up()
            case "rubbish":
                self.wfile.write(b"\x00\x01 good morning\r\n\r\n")
                self._hang_up()
            case "hang after headers" | "drip":
                self._drip(0.05 if mood == "drip" else LONGEST_HANG, released)
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

    def _drip(self, pause: float, released: threading.Event) -> None:
        """Headers, and then a byte after each pause."""
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            self.wfile.flush()
            for _ in range(999):
                if released.wait(pause):
                    break
                self.wfile.write(b" ")
                self.wfile.flush()
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def vendor(rule: Rule = welcome) -> Iterator[Vendor]:
    """A running vendor. Fails at the end when it had something to complain about."""
    with Vendor(rule) as running:
        thread = threading.Thread(
            target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        thread.start()
        try:
            yield running
        finally:
            running.released.set()
            running.shutdown()
            thread.join()
    assert running.complaints == []


def url_without_a_vendor() -> str:
    """A URL of the loopback interface without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
