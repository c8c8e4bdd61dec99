"""IP addresses as values: one spelling, and the part of one that a cap counts by."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_COUNTED_V6_BITS = 64
"""A household or an office has a /64; counting single IPv6 addresses would count nothing."""


_WIDE_V6_BITS = 48
"""A customer of a provider often has a /48, and 65,536 counted networks in it."""

_WITH_PORT = re.compile(r"\[(?P<v6>[^\[\]]*)\](?::\d*)?|(?P<v4>[0-9.]+):\d*", re.ASCII)
"""How proxies write an IP address with its port, or an IPv6 address by itself (RFC 7239, 6)."""

_PRIVATE = tuple(
    ip_network(network)
    for network in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
        *("127.0.0.0/8", "169.254.0.0/16", "::/64", "fc00::/7", "fe80::/10"),
    )
)
"""Where no client of a public site is: RFC 1918, 6598, 3927, 4193, 4291 and the host itself."""


@lru_cache(maxsize=1024)
def normalize_ip(raw: str) -> str:
    """The usual spelling of an IP address; empty for anything else. IPv4 in IPv6 becomes IPv4.

    A port, brackets, quotes and the zone of a scoped address (RFC 4007) are dropped: they say
    nothing about who asks.
    """
    text = raw.strip().strip('"')
    port = _WITH_PORT.fullmatch(text)
    try:
        ip = ip_address(text if port is None else port["v6"] or port["v4"] or "")
    except ValueError:
        return ""
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Address(int(ip)))


def is_private(network: str) -> bool:
    """True for what `network_of` gives for a proxy or a machine within the house."""
    try:
        found = ip_network(network)
    except ValueError:
        return False
    return any(found.version == each.version and found.subnet_of(each) for each in _PRIVATE)  # type: ignore[arg-type]  # of one version


def network_of(client_ip: str) -> str:
    """What a cap per client IP counts by: an IPv4 address, or the /64 of an IPv6 address."""
    if ":" not in client_ip:
        return client_ip
    return str(ip_network(f"{client_ip}/{_COUNTED_V6_BITS}", strict=False))


def wide_network_of(client_ip: str) -> str:
    """The /48 of an IPv6 address; empty for IPv4."""
    if ":" not in client_ip:
        return ""
    return str(ip_network(f"{client_ip}/{_WIDE_V6_BITS}", strict=False))


def client_ip(peer: str, forwarded_for: str, *, trusted_proxies: int) -> str:
    """The client's IP address behind so many proxies of one's own, each of which appends.

    Entries further left were written by the client itself and are not believed. With fewer
    entries than proxies the peer's IP address counts. Empty when it cannot be read.
    """
    if trusted_proxies:
        entries = [entry.strip() for entry in forwarded_for.split(",") if entry.strip()]
        if len(entries) >= trusted_proxies:
            return normalize_ip(entries[-trusted_proxies])
    return normalize_ip(peer)
