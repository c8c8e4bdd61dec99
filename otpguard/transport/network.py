"""Sockets that know how much time is left for the whole exchange.

A socket's own timeout restarts at each read, so a vendor that sends one byte every few seconds
could hold a worker forever. Here each read, write and connect gets what is left of one budget.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore2

_ends_at: ContextVar[float | None] = ContextVar("otpguard_exchange_ends_at", default=None)

_CHATTY = ("httpcore2.connection", "httpcore2.http11", "httpcore2.proxy")


@contextmanager
def budget(seconds: float) -> Iterator[None]:
    """Give everything inside, in this thread, so many seconds in total."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def left(timeout: float | None) -> float | None:
    """The shorter of `timeout` and what is left of the budget; at most 0 when it is used up."""
    ends_at = _ends_at.get()
    if ends_at is None:
        return timeout
    remaining = ends_at - time.monotonic()
    return remaining if timeout is None else min(timeout, remaining)


class Stream(httpcore2.NetworkStream):
    """A connection whose every step is bounded by the budget."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read once. Raises httpcore2.ReadTimeout when no time is left."""
        timeout = left(timeout)
        if timeout is not None and timeout <= 0:
            raise httpcore2.ReadTimeout("the answer took too long")
        return self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write it all. Raises httpcore2.WriteTimeout when no time is left."""
        timeout = left(timeout)
        if timeout is not None and timeout <= 0:
            raise httpcore2.WriteTimeout("the request took too long")
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Speak TLS from here on. Raises httpcore2.ConnectTimeout when no time is left."""
        timeout = left(timeout)
        if timeout is not None and timeout <= 0:
            raise httpcore2.ConnectTimeout("connecting took too long")
        return Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (the base class's signature)
        """What the pool asks about the socket."""
        return self._inner.get_extra_info(info)


class Backend(httpcore2.NetworkBackend):
    """Opens such connections."""

    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect. Raises httpcore2.ConnectTimeout or ConnectError: nothing was sent."""
        timeout = left(timeout)
        if timeout is not None and timeout <= 0:
            raise httpcore2.ConnectTimeout("connecting took too long")
        return Stream(
            self._inner.connect_tcp(host, port, timeout, local_address, socket_options or [])
        )


def _not_ours(_record: logging.LogRecord) -> bool:
    return _ends_at.get() is None


def silence_library_log() -> None:
    """Keep the library's own debug lines, which show headers, out of logs during our exchanges."""
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_not_ours)
