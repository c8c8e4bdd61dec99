"""The door for security events that identity providers push (RFC 8935)."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from otpguard.core.federation.security_event import EventFault, EventRefusedError
from otpguard.exceptions import StoreUnavailable
from otpguard.federation.metadata import ProviderUnusableError
from otpguard.federation.security_event import LONGEST_EVENT
from otpguard.flows.federation.signals import find_stream, receive_signal
from otpguard.http.facts import client_ip_of, facts_from
from otpguard.http.intents import stated_length
from otpguard.http.uncached import uncached
from otpguard.limits import request_rate
from otpguard.store_errors import STORE_ERRORS

MEDIA_TYPE = "application/secevent+jwt"
RATE = "600/m"
"""Events for each stream and client IP."""


@csrf_exempt
@login_not_required
@require_POST
def push_signal(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    """Take in one event: 202 for one that is stored, known before or about nobody, 400 with the
    code of RFC 8935 for one that does not count, 503 while it cannot be decided."""
    key = f"{stream_id} {client_ip_of(request)}"
    if request_rate.is_over(group="otpguard.signals", key=key, rate=RATE):
        return _later(429)
    try:
        return uncached(_answer(request, stream_id))
    except EventRefusedError as refused:
        return uncached(
            JsonResponse({"err": refused.fault.value, "description": refused.why}, status=400)
        )
    except (StoreUnavailable, ProviderUnusableError, *STORE_ERRORS):
        return _later(503)


def _answer(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    stream = None
    if scheme.lower() == "bearer":
        stream = find_stream(stream=stream_id, secret=secret.strip())
    if stream is None:
        raise EventRefusedError(EventFault.AUTHENTICATION_FAILED, "no stream with this secret")
    if request.content_type != MEDIA_TYPE:
        raise EventRefusedError(EventFault.INVALID_REQUEST, f"send {MEDIA_TYPE}")
    length = stated_length(request)
    if length is None or length > LONGEST_EVENT:
        raise EventRefusedError(EventFault.INVALID_REQUEST, "too long")
    token = request.read(LONGEST_EVENT + 1).decode("ascii", errors="replace").strip()
    facts = facts_from(request, user=AnonymousUser(), bearer=True, tenant=str(stream.tenant_id))
    receive_signal(facts=facts, stream=stream, token=token)
    return HttpResponse(status=202)


def _later(status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Retry-After"] = "60"
    return uncached(response)
