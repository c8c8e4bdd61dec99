"""Where SAML responses are posted, and our metadata. Needs `otpguard[saml]`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from otpguard.federation.saml import sp_metadata
from otpguard.flows.federation.request import keep_response
from otpguard.http.refusal import SeeOther
from otpguard.http.uncached import uncached
from otpguard.web.federation.own_urls import CALLBACK, saml_places
from otpguard.web.federation.start import sso_problem
from otpguard.web.federation.words import SsoProblem

LONGEST_RESPONSE = 131_072
"""Characters of base64; a response with groups in it has a tenth of that."""


@csrf_exempt
@require_POST
def saml_acs(request: HttpRequest) -> HttpResponse:
    """Keep a response for the browser that awaits it, and lead it there.

    A form of another site comes without our cookies, so nothing is decided here: the next request,
    a GET, has them, and what was kept is verified then. Who does not know the secret state of a
    sign-in under way has nothing kept.
    """
    response, state = request.POST.get("SAMLResponse", ""), request.POST.get("RelayState", "")
    fits = 0 < len(response) <= LONGEST_RESPONSE
    if not fits or not keep_response(state=state, response=response, now=timezone.now()):
        return sso_problem(request, SsoProblem.GONE, status=410)
    return uncached(SeeOther(f"{reverse(CALLBACK)}?state={state}"))


@require_GET
def saml_metadata(request: HttpRequest) -> HttpResponse:
    """What an identity provider must know of us."""
    return HttpResponse(
        sp_metadata(saml_places(request)), content_type="application/samlmetadata+xml"
    )
