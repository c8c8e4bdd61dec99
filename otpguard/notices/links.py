"""Addresses of our own pages as messages carry them: absolute, or none at all.

The origin is one of the site's fixed list, else the host of the request, which Django has checked
against ALLOWED_HOSTS. Without either there is no link: a guessed one would lead anywhere.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import NoReverseMatch, reverse

from otpguard.conf import settings

SECURITY_PAGE = "otpguard:security"
"""Where people see and change how they confirm."""

CONFIRM_PAGE = "otpguard:confirm_address"
"""Where a notice address is confirmed; takes the token."""

_LOCAL = frozenset({"localhost", "127.0.0.1"})


def origin(host: str) -> str:
    """Scheme and host for links; `host` is the request's, empty when there was none.

    Empty without a host, whatever is configured: nobody knows then which site this was about.
    """
    if not host:
        return ""
    fixed = settings().relying_party_origins
    if fixed:
        own = [each for each in fixed if urlsplit(each).netloc == host]
        return (own or list(fixed))[0].rstrip("/")
    scheme = "http" if host.partition(":")[0] in _LOCAL else "https"
    return f"{scheme}://{host}"


def page(name: str, *args: str, host: str) -> str:
    """The absolute address of a page of ours; empty without a host or without such a page."""
    start = origin(host)
    try:
        return start + reverse(name, args=args) if start else ""
    except NoReverseMatch:
        return ""
