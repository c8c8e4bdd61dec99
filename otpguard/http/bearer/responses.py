"""Refusals of access tokens: what a client must get another token with, or where a person goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from otpguard.core.decision import Reason, Refusal, RequireChallenge
from otpguard.federation.access_token import AccessToken
from otpguard.http.bearer.caller import INVALID
from otpguard.http.problems import RETRY_SECONDS, problem, refusal_problem
from otpguard.labels import reason_text


def token_refusal(
    request: HttpRequest,
    decision: Refusal,
    *,
    checkpoint: str,
    token: AccessToken,
    browser_url: str,
) -> HttpResponse:
    """The problem document: 401 with the header of RFC 9470 where another sign-in would do, else
    403. `browser_url` is where the person does the action in a browser."""
    if isinstance(decision, RequireChallenge):
        return _insufficient(decision, checkpoint, token)
    if decision.reason is Reason.BROWSER_REQUIRED:
        reason = str(decision.reason)
        return problem(
            403,
            reason,
            "Request refused",
            str(reason_text(decision.reason)),
            checkpoint=checkpoint,
            reason=reason,
            browser_url=request.build_absolute_uri(browser_url),
        )
    return refusal_problem(decision, checkpoint=checkpoint, url="", subject={})


def _insufficient(decision: RequireChallenge, checkpoint: str, token: AccessToken) -> HttpResponse:
    """RFC 9470, section 3. The values are the issuer's own, the most wanted first."""
    wanted, max_age = " ".join(token.issuer.acr), int(decision.ttl.total_seconds())
    response = problem(
        401,
        "insufficient_user_authentication",
        "A stronger or more recent sign-in is required",
        str(reason_text(decision.reason)),
        checkpoint=checkpoint,
        reason=str(decision.reason),
        acr_values=wanted,
        max_age=max_age,
    )
    response["WWW-Authenticate"] = (
        'Bearer error="insufficient_user_authentication",'
        ' error_description="A stronger or more recent authentication is required",'
        f' acr_values="{wanted}", max_age={max_age}'
    )
    return response


def no_token() -> HttpResponse:
    """401: no token was shown (RFC 6750, 3: then without an error code)."""
    response = problem(401, "not_authenticated", "An access token is required")
    response["WWW-Authenticate"] = "Bearer"
    return response


def invalid_token() -> HttpResponse:
    """401, in the same words for whatever is wrong with a token."""
    response = problem(401, "authentication_failed", "The access token is not valid")
    response["WWW-Authenticate"] = INVALID
    return response


def issuer_away() -> HttpResponse:
    """503: the keys of the authorization server cannot be read now."""
    response = problem(503, "issuer_unavailable", "The access token cannot be checked right now")
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
