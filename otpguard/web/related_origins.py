"""Which other origins may use the passkeys of this domain, as browsers ask (WebAuthn Level 3)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from otpguard.conf import settings
from otpguard.core.related_origins import related_origins

MAX_AGE = 600
"""Seconds that a browser may keep the list."""


@login_not_required
@require_safe
def webauthn_origins(_request: HttpRequest) -> JsonResponse:
    """The related origins of the settings. Raises Http404 if there are none.

    Reads no session and sets no cookie: browsers ask without them.
    """
    mine = settings()
    related = related_origins(mine.relying_party_id, mine.relying_party_origins)
    if not related:
        raise Http404
    answer = JsonResponse({"origins": list(related)})
    answer["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return answer
