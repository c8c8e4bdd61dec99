"""The door of views that need a proven number: let in who has a claim, lead the others to it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from otpguard.core.phone import PhoneNumber
from otpguard.core.send_options import USUAL, SendOptions
from otpguard.flows.number.claim import find_claim, use_claim
from otpguard.http.facts import inner_of
from otpguard.http.problems import problem, wants_problem
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import return_path
from otpguard.http.uncached import uncached
from otpguard.models import PhoneClaim
from otpguard.web.number.browser import COOKIE, anonymous_facts
from otpguard.web.number.number_url import number_url

CLAIM = "phone_claim"
"""The attribute of the request in which a view finds the claim."""

_TITLE = _("Phone number required")
_DETAIL = _("Confirm a phone number first, then repeat this.")


def enforce_claim(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    checkpoint: str,
    send_options: SendOptions = USUAL,
) -> HttpResponse | None:
    """Put the browser's claim for `checkpoint` into `request.phone_claim`; without one, return the
    response that leads to the page where a number is proven. Reads; changes nothing. Raises
    StoreUnavailable."""
    inner = inner_of(request)
    facts = anonymous_facts(inner, COOKIE.read(inner))
    claim = find_claim(facts=facts, checkpoint=checkpoint)
    if claim is None:
        return ask_for_number(inner, checkpoint, send_options)
    setattr(inner, CLAIM, claim)
    return None


def ask_for_number(
    request: HttpRequest, checkpoint: str, send_options: SendOptions = USUAL
) -> HttpResponse:
    """303 to the page where a number is entered, and from there back; to machines a problem
    document with `number_url`."""
    machine = wants_problem(request)
    back = "" if machine else return_path(request)
    url = number_url(request, checkpoint, next_path=back, send_options=send_options)
    if machine:
        return problem(
            403,
            "phone_claim_required",
            str(_TITLE),
            str(_DETAIL),
            checkpoint=checkpoint,
            number_url=request.build_absolute_uri(url),
        )
    return uncached(SeeOther(url))


def use_phone_claim(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    *,
    user: object = None,
) -> PhoneNumber:
    """Use the number that this browser has proven, once, in a view under `requires_phone_claim`.

    Call it in the transaction that stores the number: if that is rolled back, the claim can be used
    again. `user` is the account, or its key, that the number goes into; with it the claim is
    deleted. Returns the number: `.e164` is in clear, its repr masked.

    Raises ClaimRefused when another request has used the claim meanwhile or its half hour is over:
    let it pass, so that the middleware leads the visitor to prove the number again.
    """
    inner = inner_of(request)
    claim: PhoneClaim | None = getattr(inner, CLAIM, None)
    if claim is None:
        raise ImproperlyConfigured("use_phone_claim is for views under requires_phone_claim")
    facts = anonymous_facts(inner, COOKIE.read(inner))
    return use_claim(facts=facts, claim=claim, user=getattr(user, "pk", user))
