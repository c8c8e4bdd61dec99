"""Give a factor of one's own another name."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.core.binding import CHANGE
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.factor.own_factor import own_factor
from otpguard.flows.factor.rename import rename_factor
from otpguard.forms.errors import add_input_error
from otpguard.forms.factor import NameForm
from otpguard.http.guard import require
from otpguard.web.security.factors import line_of, name_of
from otpguard.web.security.own_pages import back, not_found, own_page


@own_page
@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, facts: RequestFacts, factor_id: UUID) -> HttpResponse:
    """GET asks for the new name; POST keeps it, after a proof."""
    try:
        factor = own_factor(facts, factor_id)
    except NotAllowed:
        return not_found(request)
    posted = request.method == "POST"
    form = NameForm(request.POST) if posted else NameForm(initial={"name": factor.name})
    if posted and form.is_valid():
        require(request, CHANGE, target=_("rename: %(name)s") % {"name": name_of(factor)})
        try:
            rename_factor(facts=facts, factor_id=factor_id, name=form.cleaned_data["name"])
        except InvalidInput as bad:
            add_input_error(form, bad)
        except NotAllowed:
            return not_found(request)
        else:
            return back("renamed")
    return render(
        request,
        "otpguard/security/rename.html",
        {"form": form, "factor": line_of(factor, facts), "support_url": settings().support_url},
        status=400 if posted else 200,
    )
