"""The numbers of the site for a program that watches it: one answer, for who has a token."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from otpguard.conf import settings
from otpguard.core.metric import TEXT_FORMAT, metrics_text
from otpguard.core.secrets import same
from otpguard.flows.measure import measure_site
from otpguard.http.uncached import uncached
from otpguard.store_errors import STORE_ERRORS

_SCHEME = "bearer "


@csrf_exempt
@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics as text. 404 while no token is set, 401 for another one, 503 while the database
    does not answer. Neither cookie nor session is looked at."""
    tokens = settings().metrics_tokens
    if not tokens:
        return uncached(HttpResponse(status=404))
    if not _is_known(request.headers.get("Authorization", ""), tokens):
        refused = HttpResponse(status=401)
        refused["WWW-Authenticate"] = "Bearer"
        return uncached(refused)
    try:
        text = metrics_text(measure_site(now=timezone.now()))
    except STORE_ERRORS:
        return uncached(HttpResponse("the database does not answer\n", TEXT_FORMAT, status=503))
    return uncached(HttpResponse(text, content_type=TEXT_FORMAT))


def _is_known(header: str, tokens: tuple[str, ...]) -> bool:
    if not header.lower().startswith(_SCHEME):
        return False
    given = header[len(_SCHEME) :].strip()
    return any(same(each, given) for each in tokens)
