"""The page behind the link of an e-mail that a form on another origin has asked for."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.flows.number.email_link import find_email_link, open_email_link
from otpguard.http import pages
from otpguard.web.embed.tokens import EmbeddedLink, MailedPage, decrypt_link, encrypt_mailed
from otpguard.web.number.browser import anonymous_facts
from otpguard.web.number.email import GONE

FRAGMENT = "otpguard-mailed"
"""Behind the # of the page that the visitor goes on at: no server and no referrer gets it."""


@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def embedded_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what will happen; only POST marks the browser: programs open links of e-mails, too.

    The page that answers a POST goes on by itself: the content policy stops a redirect to another
    site that comes after a form.
    """
    named = decrypt_link(token)
    if named is None or named.origin not in settings().embed_origins:
        return _page(request, usable=False)
    if request.method == "POST":
        onward = _opened(request, named)
        return _page(request, usable=bool(onward), onward=onward, site=_site(named))
    facts = anonymous_facts(request, named.browser)
    row = find_email_link(token=named.token, now=facts.now)
    return _page(request, usable=row is not None, site=_site(named))


def _opened(request: HttpRequest, named: EmbeddedLink) -> str:
    """Where the visitor goes on; empty for a link that does not count."""
    facts = anonymous_facts(request, named.browser)
    ask = open_email_link(facts=facts, token=named.token)
    if ask is None:
        return ""
    made = MailedPage(
        browser=named.browser, origin=named.origin, source=ask.checkpoint, tenant=ask.tenant
    )
    return f"{named.origin}{named.path}#{FRAGMENT}={encrypt_mailed(made)}"


def _site(named: EmbeddedLink) -> str:
    return named.origin.partition("://")[2]


def _page(request: HttpRequest, *, usable: bool, onward: str = "", site: str = "") -> HttpResponse:
    shown = {
        "usable": usable,
        "onward": onward,
        "site": site,
        "support_url": settings().support_url,
    }
    status = 200 if usable else GONE
    page = render(request, "otpguard/embedded_link.html", shown, status=status)
    return pages.hardened(request, page)
