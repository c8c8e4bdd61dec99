"""Buttons that end something: a device's trust, a confirmation, the other logins.

Ending access asks for no proof. Forgetting a device does, because it takes the owner's own lane
away: with a stolen session, somebody could then lock the owner out by wrong answers (A27).
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otpguard.core.binding import CHANGE
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.session.devices import revoke_device
from otpguard.flows.session.revoke import end_own_grant
from otpguard.flows.session.sign_out import end_others
from otpguard.http.guard import require
from otpguard.models import KnownDevice
from otpguard.web.security.own_pages import back, not_found, own_page, refused


@own_page
@require_POST
def forget_device(request: HttpRequest, facts: RequestFacts, device_id: UUID) -> HttpResponse:
    """Forget a browser, after a proof; this one as well."""
    device = KnownDevice.objects.live_of(facts.user, now=facts.now).filter(pk=device_id).first()
    if device is None:
        return not_found(request)
    require(request, CHANGE, target=_("forget the device: %(name)s") % {"name": device.name})
    revoke_device(facts=facts, device=device, reason="by the person")
    return back("forgotten")


@own_page
@require_POST
def end_grant(request: HttpRequest, facts: RequestFacts, grant_id: UUID) -> HttpResponse:
    """End a confirmation, of whatever login and tenant."""
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
