"""URLs of our own pages as messages carry them: absolute, or none at all.

The origin is one of the site's fixed list, else the host of the request, which Django has checked
against ALLOWED_HOSTS. Without either there is no link: a guessed one would lead anywhere.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import NoReverseMatch, reverse

from otpguard.conf import settings

SECURITY_PAGE = "otpguard:security"
"""The page where people see and change their factors."""

HOLDS_PAGE = "otpguard:holds"
"""Where administrators see what waits in their organization."""

CONFIRM_PAGE = "otpguard:confirm-email"
"""Where an e-mail address for notices is confirmed; takes the token."""

EMAIL_LINK_PAGE = "otpguard:email-link"
"""Where a visitor's browser is marked before a code goes to their number; takes the token."""

EMBEDDED_LINK_PAGE = "otpguard:embedded-link"
"""The same for a visitor who began at a form on another origin; takes the token."""

CANCEL_RELEASE_PAGE = "otpguard:cancel-release"
"""Where an export is canceled by the link of its notice; takes the token."""
BILLING_LOCK_PAGE = "otpguard:billing-lock"
"""Where somebody who was told of a billing change can lock further ones; takes the token."""

RESET_NOT_ME_PAGE = "otpguard:reset-not-me"
"""Where somebody says that they did not ask for a reset; takes the token."""

EMAIL_UNDO_PAGE = "otpguard:undo-email"
"""Where the old mailbox undoes a changed e-mail address; takes the token."""
CANCEL_CLOSURE_PAGE = "otpguard:cancel-closure"
"""Where the closing of an organization is canceled by the link of its notice; takes the token."""

_LOCAL = frozenset({"localhost", "127.0.0.1"})


def origin(host: str) -> str:
    """Scheme and host for links; `host` is the request's, empty when there was none.

    Empty without a host, whatever is configured: the site is unknown then.
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
    """The absolute URL of a page of ours; empty without a host or without such a page."""
    start = origin(host)
    try:
        return start + reverse(name, args=args) if start else ""
    except NoReverseMatch:
        return ""
