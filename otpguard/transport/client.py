"""Send one request to a vendor and return what happened. No other module talks to vendors.

Each process has one pool of connections, shared by its threads and abandoned after a fork. TLS is
always verified, no redirect is followed, no cookie is kept. Of headers, body and URL only the host
is ever logged.
"""

from __future__ import annotations

import atexit
import logging
import os
import ssl
import time
from threading import Lock

import httpcore2
import httpx2

from otpguard.transport.exchange import Deadlines, Request, Response, Unknown, Unsent
from otpguard.transport.network import Backend, budget, silence_library_log

logger = logging.getLogger("otpguard.transport")

LARGEST_BODY = 1 << 20
"""How many bytes of an answer are read; a longer answer counts as no answer."""

CONNECTIONS = 200
IDLE_CONNECTIONS = 50
IDLE_SECONDS = 15.0
"""Shorter than the idle timeout of any vendor's load balancer: writing to a connection that the
vendor has closed would give an `Unknown`."""

_NOTHING_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)


class Wire(httpx2.HTTPTransport):
    """The pool of connections, over sockets that keep to the budget of an exchange."""

    def __init__(
        self, backend: Backend | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        super().__init__()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context or httpx2.create_ssl_context(verify=True),
            max_connections=CONNECTIONS,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=backend or Backend(),
        )


class _Shared:
    """The one pool of this process, made at first use."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wire: Wire | None = None
        self._left_behind: list[Wire] = []

    def get(self) -> Wire:
        """The pool."""
        with self._lock:
            if self._wire is None:
                self._wire = Wire()
            return self._wire

    def close(self) -> None:
        """Close every idle connection; the next use makes a new pool."""
        with self._lock:
            wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def leave_behind(self) -> None:
        """In the child of a fork: the connections belong to the parent, and the lock may be held.

        They are kept and not closed, because closing would end the parent's TLS connections.
        """
        self._lock = Lock()
        if self._wire is not None:
            self._left_behind.append(self._wire)
        self._wire = None


_shared = _Shared()
silence_library_log()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shared.leave_behind)


def send(
    request: Request, *, deadlines: Deadlines, wire: Wire | None = None
) -> Response | Unsent | Unknown:
    """Send the request once, to this URL only; never retried, never redirected.

    `wire` is a pool of the caller's own instead of that of this process.
    Returns within the deadlines, plus the time the system takes to look up a name. Network and
    vendor failures are return values, not exceptions.
    """
    started = time.monotonic()
    with budget(deadlines.total):
        result = _exchange(request, deadlines, wire or _shared.get())
    took = round((time.monotonic() - started) * 1000)
    if isinstance(result, Response):
        logger.debug("%r: %d in %d ms", request, result.status, took)
    else:
        logger.warning("%r: %r after %d ms", request, result, took)
    return result


def close() -> None:
    """Close the idle connections of this process, as is done at its end. The next `send` opens new
    ones."""
    _shared.close()


atexit.register(close)


def _exchange(request: Request, deadlines: Deadlines, wire: Wire) -> Response | Unsent | Unknown:
    try:
        answer = wire.handle_request(_httpx_request(request, deadlines))
    except _NOTHING_SENT as error:
        return Unsent(reason=type(error).__name__)
    except httpx2.TransportError as error:
        return Unknown(reason=type(error).__name__)
    try:
        body = _body(answer)
    except httpx2.TransportError as error:
        return Unknown(reason=type(error).__name__)
    finally:
        answer.close()
    if body is None:
        return Unknown(reason="the answer is too long")
    headers = {name.lower(): value for name, value in answer.headers.multi_items()}
    return Response(status=answer.status_code, headers=headers, body=body)


def _httpx_request(request: Request, deadlines: Deadlines) -> httpx2.Request:
    timeouts = {
        "connect": deadlines.connect,
        "pool": deadlines.connect,
        "read": deadlines.read,
        "write": deadlines.read,
    }
    # Nothing is compressed, so that one limit holds for what is sent and what is unpacked.
    usual = {"Accept-Encoding": "identity", "User-Agent": "otpguard"}
    return httpx2.Request(
        request.method,
        request.url,
        headers={**usual, **request.headers},
        content=request.body,
        extensions={"timeout": timeouts},
    )


def _body(answer: httpx2.Response) -> bytes | None:
    """The whole body; None for one that is too long."""
    received = bytearray()
    for piece in answer.iter_raw():
        received += piece
        if len(received) > LARGEST_BODY:
            return None
    return bytes(received)
