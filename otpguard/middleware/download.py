"""Tell the page after a proof that what it leads to is a download.

A browser that gets a download stays on its page and tells that page nothing. Our page leaves a
cookie before it asks; the answer that is a download changes it, and the page sees that. The cookie
decides nothing: who forges one reads a wrong sentence.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE = "otpguard_download"
ASKED = "asked"
STARTED = "started"
SECONDS = 60
"""How long the page may take to see it."""


def is_download(response: HttpResponseBase) -> bool:
    """True for an answer that browsers save instead of showing it."""
    stated = str(response.get("Content-Disposition", ""))
    return stated.partition(";")[0].strip().lower() == "attachment"


def note_download(request: HttpRequest, response: HttpResponseBase) -> None:
    """Change the cookie if our page waits for this answer and it is a download."""
    if request.COOKIES.get(COOKIE) == ASKED and is_download(response):
        response.set_cookie(
            COOKIE, STARTED, max_age=SECONDS, secure=request.is_secure(), samesite="Lax"
        )
