"""Change a phone number: a new number is bound and replaces the old one after a wait."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from otpguard.core.facts import RequestFacts
from otpguard.core.shipped_kinds import PHONE
from otpguard.exceptions import NotAllowed
from otpguard.flows.factor.own_factor import own_factor
from otpguard.http.return_path import full_path
from otpguard.web.binding import Binding, bind_factor
from otpguard.web.security.add_factor import ask_to_bind, hold_of
from otpguard.web.security.factors import line_of
from otpguard.web.security.own_pages import not_found, own_page


@own_page
@require_http_methods(["GET", "POST"])
def change_number(request: HttpRequest, facts: RequestFacts, factor_id: UUID) -> HttpResponse:
    """GET asks for the new number and says from when it counts; POST sends it a code."""
    try:
        factor = own_factor(facts, factor_id)
    except NotAllowed:
        return not_found(request)
    if factor.kind != PHONE.slug:
        return not_found(request)
    binding = Binding(
        ask=ask_to_bind(request, facts, _("change the phone number")),
        kind=PHONE,
        urls={PHONE: request.path},
        template="otpguard/security/change_number.html",
        context={
            "factor": line_of(factor, facts),
            "hold": hold_of(facts),
            "again_url": full_path(request),
        },
        replaces=str(factor.pk),
    )
    return bind_factor(request, facts, binding)
