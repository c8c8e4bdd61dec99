"""The request and the result of an exchange with a vendor, as values that show no secrets.

There are three results, because each needs a different reaction: a `Response` was answered, an
`Unsent` request certainly never left, and an `Unknown` one may or may not have arrived.
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

    `read` covers everything after connecting, from the first byte written to the last one read,
    so a vendor that answers byte by byte gets no extra time. Raises ValueError if either is not
    positive or if their sum exceeds LONGEST.
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
    """One request. Its repr shows method and host only: URLs carry numbers and keys, too.

    Raises ValueError for a URL that is not https (http is allowed for loopback only), for a URL
    with a password in it, and for malformed header lines.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    body: bytes = b""

    def __post_init__(self) -> None:
        checked_url(self.url)
        for name, value in self.headers.items():
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                raise ValueError(f"the header {name!r} cannot be sent")

    def __repr__(self) -> str:
        return f"Request({self.method} {self.host})"

    @property
    def host(self) -> str:
        """The host it goes to."""
        return urlsplit(self.url).hostname or ""


SUCCESS_CLASS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer. Header names are in lower case; of a repeated header the last line counts."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def is_success(self) -> bool:
        """True for a status of the 2xx class (RFC 9110, 15.3)."""
        return self.status // 100 == SUCCESS_CLASS


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """There was no connection: certainly nothing was sent."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The request was written, in part or whole, but no usable answer came back."""

    reason: str


def checked_url(url: str) -> str:
    """Returns the URL. Raises ValueError if requests to it are not allowed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.password is not None:
        raise ValueError("a vendor's URL names a host, and no user or password")
    if any(char <= " " or char > "~" for char in url):
        raise ValueError("a vendor's URL is printable ASCII")
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
