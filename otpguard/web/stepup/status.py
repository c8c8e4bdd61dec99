"""The status address of a challenge: how far it has come, for the code page and for any client.

It stands outside the session (C3): anyone who holds the reference may ask, and learns nothing of
number, vendor or channel.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from otpguard.flows.challenge.progress import read_progress
from otpguard.http import challenge_token, pages
from otpguard.http.problems import problem
from otpguard.limits import request_rate

RATE = "60/m"
"""Questions for each reference: twice what the page asks."""


@login_not_required
@require_GET
def status(request: HttpRequest, token: str) -> HttpResponseBase:
    """`state`, `step`, `delivered`, `resend_in` and `slow`: see `ChallengeProgress`. One statement.

    304 without a body if nothing but the time has changed since the ETag that is given, 404 for a
    made-up reference and a minute after the end, 429 above RATE.
    """
    challenge_id = challenge_token.decrypt(token)
    if challenge_id is None:
        return _unknown()
    wait = request_rate.seconds_to_wait(group="otpguard.status", key=token, rate=RATE)
    if wait:
        return _too_often(wait)
    found = read_progress(challenge_id, now=timezone.now())
    if found is None:
        return _unknown()
    answer = JsonResponse(found.document(), headers={"ETag": found.etag()})
    current = get_conditional_response(request, etag=found.etag(), response=answer)
    return pages.hardened(request, current or answer)


def _unknown() -> HttpResponse:
    return problem(404, "not_found", "Not found", "There is no challenge of this reference.")


def _too_often(wait: int) -> HttpResponse:
    answer = problem(429, "too_many_requests", "Too many requests", f"Ask again in {wait} seconds.")
    answer["Retry-After"] = str(wait)
    return answer
