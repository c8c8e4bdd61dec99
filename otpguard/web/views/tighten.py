"""The buttons that only tighten, and so ask for no proof: forget, end, sign out elsewhere."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.devices import revoke_device
from otpguard.flows.own_grants import end_own_grant
from otpguard.flows.sign_out import end_others
from otpguard.models import KnownDevice
from otpguard.web.own_pages import back, not_found, own_page, refused


@own_page
@require_POST
def forget_device(request: HttpRequest, facts: RequestFacts, device_id: UUID) -> HttpResponse:
    """Forget a browser; this one as well."""
    device = KnownDevice.objects.live_of(facts.user, now=facts.now).filter(pk=device_id).first()
    if device is None:
        return not_found(request)
    revoke_device(facts=facts, device=device, reason="by the person")
    return back("forgotten")


@own_page
@require_POST
def end_grant(request: HttpRequest, facts: RequestFacts, grant_id: UUID) -> HttpResponse:
    """End a confirmation, of whatever login and organization."""
    if not end_own_grant(facts=facts, grant_id=grant_id):
        return not_found(request)
    return back("ended")


@own_page
@require_POST
def sign_out_elsewhere(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """End every login of the person but this one."""
    try:
        ended = end_others(facts=facts)
    except NotAllowed as no:
        return refused(request, no.message, status=403)
    return back("signed_out" if ended else "alone")
