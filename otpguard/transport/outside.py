"""Connections to hosts that somebody else has named, such as a tenant's receiver of events.

The name is looked up once, every IP that it has is checked, and the connection is made to one that
was checked: a name that means another host a moment later leads nowhere else. TLS still asks for
the name. One IP that is refused refuses them all, because such a name is a trick or a mistake.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2

from otpguard.core.outside_ip import Network, refused_ip
from otpguard.transport.client import Wire, send
from otpguard.transport.exchange import Deadlines, Request, Response, Unknown, Unsent
from otpguard.transport.network import Backend, budget, left


@lru_cache(maxsize=4)
def outside_context(ca_file: str = "") -> ssl.SSLContext:
    """TLS that asks for the name and for a certificate of a known authority, or of one in the file;
    made once for each file.

    Raises OSError for a file that has none."""
    context: ssl.SSLContext = httpx2.create_ssl_context(verify=True)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


LookUp = Callable[[str, int], Sequence[str]]
"""The IPs of a host. Raises OSError."""


class RefusedHostError(Exception):
    """The host has an IP to which there must be no connection; nothing was sent."""


def looked_up(host: str, port: int) -> list[str]:
    """The IPs of a host as the system knows them, in the order to try. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class OutsideBackend(Backend):
    """Opens connections to public IPs, and to those of the `allowed` networks."""

    def __init__(self, allowed: Iterable[Network], look_up: LookUp = looked_up) -> None:
        super().__init__()
        self._allowed = tuple(allowed)
        self._look_up = look_up
        self.refused = ""
        """Why the last connection was not made, if it was for the IP."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first IP that answers. Raises httpcore2.ConnectError or ConnectTimeout."""
        try:
            ips = checked_ips(host, port, self._allowed, self._look_up)
        except RefusedHostError as refusal:
            self.refused = str(refusal)
            raise httpcore2.ConnectError(self.refused) from None
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(str(error)) from error
        for ip in ips[:-1]:
            with suppress(httpcore2.ConnectError):
                return super().connect_tcp(ip, port, timeout, local_address, socket_options)
        return super().connect_tcp(ips[-1], port, timeout, local_address, socket_options)


def checked_ips(
    host: str, port: int, allowed: Iterable[Network], look_up: LookUp = looked_up
) -> list[str]:
    """The IPs of a host, all of which may be connected to. Raises RefusedHostError, OSError."""
    ips = list(look_up(host, port))
    networks = tuple(allowed)
    for ip in ips:
        if said := refused_ip(ip, networks):
            raise RefusedHostError(said)
    if not ips:
        raise OSError("the name has no IP")
    return ips


def send_outside(
    request: Request,
    *,
    deadlines: Deadlines,
    allowed: Iterable[Network],
    context: ssl.SSLContext,
    look_up: LookUp = looked_up,
) -> Response | Unsent | Unknown:
    """Send the request once, over a connection of its own; see `client.send`.

    Only https. Raises RefusedHostError for a host inside, ValueError for another scheme.
    """
    if not request.url.startswith("https://"):
        raise ValueError("what others name is spoken to over https only")
    backend = OutsideBackend(allowed, look_up)
    wire = Wire(backend, context)
    try:
        result = send(request, deadlines=deadlines, wire=wire)
    finally:
        wire.close()
    if backend.refused:
        raise RefusedHostError(backend.refused)
    return result


def send_frames(
    host: str,
    port: int,
    frames: bytes,
    *,
    deadlines: Deadlines,
    allowed: Iterable[Network],
    context: ssl.SSLContext,
    look_up: LookUp = looked_up,
) -> Unsent | Unknown | None:
    """Write `frames` over a TLS connection of its own, and close it. None if nothing went wrong.

    The receiver says nothing of what it took. Closing waits for its own closing, so that one that
    hung up in the middle is noticed; what such a one has read stays unknown. Raises
    RefusedHostError for a host inside.
    """
    with budget(deadlines.total):
        try:
            ips = checked_ips(host, port, allowed, look_up)
            plain = _connected(ips, port, deadlines.connect)
        except (OSError, UnicodeError) as error:
            return Unsent(reason=type(error).__name__)
        try:
            plain.settimeout(_positive(deadlines.connect))
            link = context.wrap_socket(plain, server_hostname=host)
        except (OSError, ValueError) as error:
            plain.close()
            return Unsent(reason=type(error).__name__)
        with link:
            try:
                link.settimeout(_positive(deadlines.read))
                link.sendall(frames)
                link.settimeout(_positive(deadlines.read))
                with suppress(ssl.SSLEOFError):  # it closed without a word, as many do
                    link.unwrap()
            except OSError as error:
                return Unknown(reason=type(error).__name__)
    return None


def _connected(ips: Sequence[str], port: int, timeout: float) -> socket.socket:
    for ip in ips[:-1]:
        with suppress(OSError):
            return socket.create_connection((ip, port), _positive(timeout))
    return socket.create_connection((ips[-1], port), _positive(timeout))


def _positive(timeout: float) -> float:
    """What is left of the budget; a moment where nothing is, which then times out."""
    return max(left(timeout) or 0.0, 0.001)
