"""Remove a factor of one's own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.core.binding import CHANGE
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.factors.catalog import driver_of
from otpguard.factors.enrolled import usable, value_of
from otpguard.flows.factor.own_factor import own_factor
from otpguard.flows.factor.remove import remove_own_factor
from otpguard.http.guard import require
from otpguard.models import Factor
from otpguard.web.binding import guard_to_change
from otpguard.web.security.factors import line_of, name_of
from otpguard.web.security.own_pages import back, not_found, own_page


@own_page
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, facts: RequestFacts, factor_id: UUID) -> HttpResponse:
    """GET says what will happen; POST removes, after a proof as strong as the factor itself."""
    try:
        factor = own_factor(facts, factor_id)
    except NotAllowed:
        return not_found(request)
    if request.method == "GET":
        return _page(request, facts, factor)
    target = _("remove: %(name)s") % {"name": name_of(factor)}
    require(request, _guard(facts, factor), target=target)
    try:
        remove_own_factor(facts=facts, factor_id=factor_id)
    except NotAllowed as refused:
        return _page(request, facts, factor, error=refused.message)
    return back("removed")


def _guard(facts: RequestFacts, factor: Factor) -> str:
    """The checkpoint before a removal. What is of no installed kind proves nothing that goes."""
    installed = driver_of(factor) is not None
    return guard_to_change(facts, value_of(factor)) if installed else CHANGE


def _page(
    request: HttpRequest, facts: RequestFacts, factor: Factor, *, error: str = ""
) -> HttpResponse:
    others = usable(user=facts.user, tenant=facts.tenant).exclude(pk=factor.pk)
    context = {
        "factor": line_of(factor, facts),
        "last": not others.exists(),
        "error": error,
        "support_url": settings().support_url,
    }
    status = 403 if error else 200
    return render(request, "otpguard/security/remove.html", context, status=status)
