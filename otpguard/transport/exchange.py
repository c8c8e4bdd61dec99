"""What goes over the wire and what comes back, as values that show no secrets.

The three ends of an exchange are kept apart, because they cost differently: a `Response` was
answered, an `Unsent` request certainly never left, and about an `Unknown` one nobody can say.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

LONGEST = 25.0
"""Seconds that connecting and reading may take together: less than the lease of a delivery."""

_NONE: Mapping[str, str] = MappingProxyType({})
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e\t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long one exchange may take, in seconds.

    `read` is for the whole of it after connecting, from the first byte written to the last one
    read, so that a vendor who answers byte by byte gets no more time. Raises ValueError when they
    are not positive or exceed LONGEST together.
    """

    connect: float = 3.0
    read: float = 8.0

    def __post_init__(self) -> None:
        if self.connect <= 0 or self.read <= 0 or self.total > LONGEST:
            raise ValueError(f"deadlines are positive and at most {LONGEST:g} seconds together")

    @property
    def total(self) -> float:
        """The time of the whole exchange, in seconds."""
        return self.connect + self.read


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request:
    """One request. Its repr tells method and host only: URLs, too, carry numbers and keys.

    Raises ValueError for an address that is not https (http is for loopback alone), that carries a
    password, or for header lines that are none.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    body: bytes = b""

    def __post_init__(self) -> None:
        checked_address(self.url)
        for name, value in self.headers.items():
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                raise ValueError(f"the header {name!r} cannot be sent")

    def __repr__(self) -> str:
        return f"Request({self.method} {self.host})"

    @property
    def host(self) -> str:
        """The host it goes to."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer. Header names are in lower case; of a repeated header the last line counts."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """No connection came about: certainly nothing was sent."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The request was written, in part or whole, and no usable answer came back."""

    reason: str


def checked_address(url: str) -> str:
    """The URL itself. Raises ValueError for one that must not be spoken to."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.password is not None:
        raise ValueError("a vendor's address names a host, and no user or password")
    if any(char <= " " or char > "~" for char in url):
        raise ValueError("a vendor's address is printable ASCII")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ValueError("vendors are spoken to over https only")
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
