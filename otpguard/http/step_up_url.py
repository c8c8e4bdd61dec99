"""The URL of a step-up: short enough for every server, however long the page behind it is.

What was asked travels in the URL. A page whose own URL is long goes into the web session instead,
and the URL says under which name.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from django.http import HttpRequest
from django.urls import reverse

from otpguard.exceptions import Ask
from otpguard.http import ask_token

KEY = "otpguard_pages"
LONGEST_NEXT = 1000
"""Characters of a page's URL that still travel in the URL of its step-up."""
LONGEST_KEPT = 16_384
PAGES_KEPT = 3
_NAMED = "session:"


def step_up_url(request: HttpRequest, ask: Ask) -> str:
    """The URL of the first page of a step-up. A long `next` is kept in the web session."""
    return reverse("otpguard:choose", args=[_token(request, ask)])


def enroll_url(request: HttpRequest, ask: Ask, kind: str) -> str:
    """The URL of the page of a step-up that sets up a factor of `kind`."""
    return reverse("otpguard:enroll-kind", args=[_token(request, ask), kind])


def _token(request: HttpRequest, ask: Ask) -> str:
    if len(ask.next) > LONGEST_NEXT:
        ask = replace(ask, next=_keep(request, ask.next))
    return ask_token.encrypt(ask)


def ask_of(request: HttpRequest, token: str) -> Ask | None:
    """The ask in a URL of `step_up_url`; None when it was tampered with or is too old.

    A page that the web session does not hold any more is none.
    """
    ask = ask_token.decrypt(token)
    if ask is None or not ask.next.startswith(_NAMED):
        return ask
    pages: dict[str, str] = request.session.get(KEY, {})
    return replace(ask, next=pages.get(ask.next.removeprefix(_NAMED), ""))


def _keep(request: HttpRequest, path: str) -> str:
    """What names the page from now on; the oldest of more than three is forgotten."""
    if len(path) > LONGEST_KEPT:
        return ""
    name = sha256(path.encode()).hexdigest()[:16]
    pages: dict[str, str] = request.session.get(KEY, {})
    if name not in pages:
        newest = list(pages.items())[1 - PAGES_KEPT :]
        request.session[KEY] = {**dict(newest), name: path}
    return f"{_NAMED}{name}"
