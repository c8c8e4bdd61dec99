"""The door for vendors that report how a delivery went: one address for each provider.

Nothing is read from a report before its signature holds, and nothing is sent while the vendor
waits. A vendor that signs nothing is given an address with a secret in it, and believed less (A6).
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from otpguard.channels import catalog
from otpguard.channels.base import Webhook
from otpguard.conf import settings
from otpguard.core.secrets import same
from otpguard.flows.receipt import reject, take
from otpguard.http import pages
from otpguard.http.facts import address_of
from otpguard.limits import belt

MOST_BYTES = 256 * 1024
RATE = "600/m"
"""Requests for each provider and address."""


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, provider: str, secret: str = "") -> HttpResponse:
    """Take one report. 403 for one that is not the vendor's, 200 for all others, known or not."""
    vendor = catalog.receiving(provider)
    if vendor is None:
        return _answer(404)
    now, address = timezone.now(), address_of(request)
    if belt.is_over(group="otpguard.webhook", key=f"{provider} {address}", rate=RATE):
        return _answer(429)
    received = _received(request)
    if isinstance(received, HttpResponse):
        return received
    if not settings().webhook_base_url:
        reject(provider=provider, reason="no WEBHOOK_BASE_URL", address=address, now=now)
        return _answer(503)
    greeting = vendor.handshake(received) if request.method == "GET" else None
    if greeting is not None:
        return _answer(200, greeting)
    signed = vendor.is_authentic(received, now=now)
    if not (signed or _is_secret(provider, secret)):
        reason = "wrong secret" if secret else "not signed by the vendor, or too old"
        reject(provider=provider, reason=reason, address=address, now=now)
        return _answer(403)
    take(
        provider=provider,
        facts=vendor.parse_receipt(received),
        raw=(received.body or request.META.get("QUERY_STRING", "").encode()).decode(
            errors="replace"
        ),
        now=now,
        signed=signed,
    )
    # Some ask, signed, whether they may send at all.
    asked = vendor.handshake(received) if signed and request.method == "POST" else None
    return _answer(200, asked or "")


def _received(request: HttpRequest) -> Webhook | HttpResponse:
    """The request as it came, or the answer to one that is too long."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not stated.isdecimal() or int(stated) > MOST_BYTES:
        return _answer(413)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return _answer(413)
    query = request.META.get("QUERY_STRING", "")
    path = settings().webhook_base_url.rstrip("/") + request.path
    return Webhook(
        method=str(request.method),
        url=f"{path}?{query}" if query else path,
        headers=dict(request.headers),
        body=body,
    )


def _is_secret(provider: str, given: str) -> bool:
    """True for the secret part of this provider's address; never where there is none."""
    wanted = settings().providers[provider].webhook_secret
    return bool(wanted) and same(given, wanted)


def _answer(status: int, text: str = "") -> HttpResponse:
    kind = "application/json" if text.startswith("{") else "text/plain; charset=utf-8"
    response = HttpResponse(text, status=status, content_type=kind)
    if status in {429, 503}:
        response["Retry-After"] = "60"
    return pages.hardened(response)
