"""The door for vendors' receipts: one URL for each provider.

Nothing is read from a receipt before its signature holds, and nothing is sent while the vendor
waits. A vendor without signatures gets a URL with a secret in it, and is trusted less (A6).
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from otpguard.channels import catalog
from otpguard.channels.base import Receiving, Webhook
from otpguard.conf import settings
from otpguard.core.secrets import same
from otpguard.flows.delivery.receipts import record_receipts, record_rejected
from otpguard.flows.route.inbound import take_inbound
from otpguard.http import pages
from otpguard.http.facts import client_ip_of
from otpguard.http.intents import stated_length
from otpguard.limits import request_rate

MOST_BYTES = 256 * 1024
RATE = "600/m"
"""Requests for each provider and client IP."""

_PLAIN = "text/plain; charset=utf-8"
_KINDS = {"{": "application/json", "<Response>": "text/xml; charset=utf-8"}
"""What an answer is, by how it begins: all of them are the vendor's own format, made by us."""


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, provider: str, secret: str = "") -> HttpResponse:
    """Take one request. 403 for one that is not the vendor's, 200 for all others, known or not."""
    vendor = catalog.offered(provider, Receiving)
    if vendor is None:
        return _answer(404)
    now, client_ip = timezone.now(), client_ip_of(request)
    if request_rate.is_over(group="otpguard.webhook", key=f"{provider} {client_ip}", rate=RATE):
        return _answer(429)
    received = _received(request)
    if isinstance(received, HttpResponse):
        return received
    if not settings().webhook_base_url:
        record_rejected(
            provider=provider, reason="no WEBHOOK_BASE_URL", client_ip=client_ip, now=now
        )
        return _answer(503)
    greeting = vendor.handshake(received) if request.method == "GET" else None
    if greeting is not None:
        return _answer(200, greeting)
    signed = vendor.is_authentic(received, now=now)
    if not (signed or _is_secret(provider, secret)):
        reason = "wrong secret" if secret else "not signed by the vendor, or too old"
        record_rejected(provider=provider, reason=reason, client_ip=client_ip, now=now)
        return _answer(403)
    counts = record_receipts(
        provider=provider,
        facts=vendor.parse_receipt(received),
        raw=(received.body or request.META.get("QUERY_STRING", "").encode()).decode(
            errors="replace"
        ),
        now=now,
        signed=signed,
    )
    if counts.left:
        return _answer(503)  # the vendor sends them again, and the next ones are taken
    asked: str | None = ""
    if signed and request.method == "POST":
        # Some ask, signed, whether they may send at all; others hand on what people write to us.
        asked = vendor.handshake(received) or take_inbound(
            provider=provider, received=received, now=now
        )
    return _answer(503) if asked is None else _answer(200, asked)


def _received(request: HttpRequest) -> Webhook | HttpResponse:
    """The request as it came, or the answer to one that is too long."""
    length = stated_length(request)
    if length is None or length > MOST_BYTES:
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
    """True for the secret part of this provider's URL; never where there is none."""
    wanted = settings().providers[provider].webhook_secret
    return bool(wanted) and same(given, wanted)


def _answer(status: int, text: str = "") -> HttpResponse:
    kind = next((kind for start, kind in _KINDS.items() if text.startswith(start)), _PLAIN)
    response = HttpResponse(text, status=status, content_type=kind)
    if status in {429, 503}:
        response["Retry-After"] = "60"
    return pages.hardened(None, response)
