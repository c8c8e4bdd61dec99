"""Network addresses as values: one spelling, and the part of one that a cap counts by."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_COUNTED_V6_BITS = 64
"""A household or an office has a /64; counting single IPv6 addresses would count nothing."""


@lru_cache(maxsize=1024)
def normalize(raw: str) -> str:
    """The usual spelling of an address; empty for what is none. IPv4 in IPv6 becomes IPv4."""
    try:
        address: IPv4Address | IPv6Address = ip_address(raw.strip())
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def counted(address: str) -> str:
    """What a cap per address counts by: an IPv4 address, or the /64 of an IPv6 address."""
    if ":" not in address:
        return address
    return str(ip_network(f"{address}/{_COUNTED_V6_BITS}", strict=False))


def client(peer: str, forwarded_for: str, *, trusted_proxies: int) -> str:
    """The client's address behind so many proxies of one's own, each of which appends.

    Entries further left were written by the client itself and are not believed. With fewer
    entries than proxies the peer's address counts.
    """
    if trusted_proxies:
        entries = [entry.strip() for entry in forwarded_for.split(",") if entry.strip()]
        if len(entries) >= trusted_proxies:
            return normalize(entries[-trusted_proxies])
    return normalize(peer)
