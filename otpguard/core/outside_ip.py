"""Which IP addresses otpguard may connect to when somebody else has named the host.

A tenant names the receiver of its events. Without this rule it could have our workers talk to the
inside of our own network, such as a database or a cloud's metadata.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

_NEVER = tuple(
    map(ip_network, ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "0.0.0.0/8", "::/128"))
)
"""Link-local, where clouds keep their metadata, and no host at all: whatever is allowed."""

_EMBEDDING = tuple(
    IPv6Network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""NAT64, 6to4 and Teredo: a gateway turns these into IPv4, so they could hide an inner one."""


def refused_ip(text: str, allowed: Iterable[Network] = ()) -> str:
    """Why there must be no connection to this IP; empty where there may be.

    `allowed` are networks that the site admits although they are not public.
    """
    try:
        ip = _plain(ip_address(text.partition("%")[0]))
    except ValueError:
        return "no IP"
    if any(ip in network for network in _NEVER) or ip.is_multicast:
        return f"{ip} is never allowed"
    if any(ip in network for network in allowed):
        return ""
    if isinstance(ip, IPv6Address) and any(ip in network for network in _EMBEDDING):
        return f"{ip} may lead into a private network"
    return "" if ip.is_global else f"{ip} is not public"


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """IPv6-mapped and compatible forms as the IPv4 that they mean."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if 1 < int(ip) < 1 << 32:
            return IPv4Address(int(ip))
    return ip
