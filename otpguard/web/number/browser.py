"""Which browser asks, without a login and without a session row: a signed id in its own cookie.

The id is no secret of its own: the signature is. It ties a challenge, and the claim that comes of
it, to the browser that started it; a cookie that is missing, changed or signed by an unknown key
names no browser, and the next start gives it a new id.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard import vault
from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import keyed_digest, same
from otpguard.http.facts import facts_from

LIFE = timedelta(days=1)
"""How long a browser keeps its id: longer than any challenge and claim, and no longer than the caps
that count by it."""

_PLAIN = "otpguard_browser"
_SECURE = "__Host-otpguard_browser"


class BrowserSource(Protocol):
    """Where the id of a browser comes from, and how it is given back to it."""

    def read(self, request: HttpRequest) -> str:
        """The id; empty without one that we have signed."""

    def write(self, request: HttpRequest, response: HttpResponseBase, browser: str) -> None:
        """Let the browser send `browser` from now on."""


@dataclass(frozen=True, slots=True)
class BrowserCookie:
    """A cookie of this host alone. Over plain HTTP, where browsers refuse `__Host-`, it has another
    name; the check E110 keeps that out of production."""

    def read(self, request: HttpRequest) -> str:
        """See BrowserSource."""
        raw = request.COOKIES.get(_SECURE if request.is_secure() else _PLAIN, "")
        return opened(raw)

    def write(self, request: HttpRequest, response: HttpResponseBase, browser: str) -> None:
        """See BrowserSource."""
        response.set_cookie(
            _SECURE if request.is_secure() else _PLAIN,
            signed(browser),
            max_age=int(LIFE.total_seconds()),
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
            path="/",
        )


COOKIE: BrowserSource = BrowserCookie()


def new_browser() -> str:
    """An id that no browser has."""
    return secrets.token_urlsafe(32)


def signed(browser: str) -> str:
    """An id with its signature, as a browser carries it."""
    return f"{browser}.{_signature(browser, vault.key_ids()[0])}"


def opened(raw: str) -> str:
    """The id in what a browser has sent; empty unless a configured key has signed it."""
    browser, dot, signature = raw.partition(".")
    if not (browser and dot):
        return ""
    genuine = any(same(_signature(browser, key_id), signature) for key_id in vault.key_ids())
    return browser if genuine else ""


def anonymous_facts(request: HttpRequest, browser: str) -> RequestFacts:
    """The facts of a request about somebody who has no account, also in a browser with a login."""
    return replace(
        facts_from(request),
        user="",
        user_is_staff=False,
        email="",
        sid="",
        primary=Primary.NONE,
        authenticated_at=None,
        device="",
        browser=browser,
    )


def _signature(browser: str, key_id: str) -> str:
    # A lone surrogate must be a wrong id and not a crash.
    raw = browser.encode(errors="surrogatepass")
    return keyed_digest(vault.key_for(vault.BROWSER, key_id), raw)
