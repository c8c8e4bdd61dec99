"""Change a phone number: a new number is bound, and takes over once it has waited."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from otpguard.core.assurance import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed, StartRefused
from otpguard.flows.own_factors import own_factor
from otpguard.flows.standing import binding_hold
from otpguard.http.assurance import span
from otpguard.web.binding import Binding, bind
from otpguard.web.factor_lines import line_of
from otpguard.web.own_pages import not_found, own_page
from otpguard.web.views.add_factor import ask_to_bind


@own_page
@require_http_methods(["GET", "POST"])
def change_number(request: HttpRequest, facts: RequestFacts, factor_id: UUID) -> HttpResponse:
    """GET asks for the new number and says from when it counts; POST sends it a code."""
    try:
        factor = own_factor(facts, factor_id)
    except NotAllowed:
        return not_found(request)
    if factor.kind != FactorKind.PHONE:
        return not_found(request)
    binding = Binding(
        ask=ask_to_bind(request, facts, _("change the phone number")),
        kind=FactorKind.PHONE,
        urls={FactorKind.PHONE: request.path},
        template="otpguard/security/change_number.html",
        context={
            "factor": line_of(factor, facts),
            "hold": _hold(facts),
            "login_url": redirect_to_login(request.get_full_path()).url,
        },
        replaces=str(factor.pk),
    )
    return bind(request, facts, binding)


def _hold(facts: RequestFacts) -> str:
    """How long the new number waits, in words; empty where it does not, or nobody can tell."""
    try:
        hold = binding_hold(facts)
    except StartRefused:
        return ""
    return span(hold) if hold > timedelta(0) else ""
