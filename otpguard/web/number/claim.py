"""The door of views that need a proven number: let in who has a claim, lead the others to it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.phone import PhoneNumber
from otpguard.core.send_options import USUAL, SendOptions
from otpguard.core.signup import SignupVerification
from otpguard.flows.number.attach import attach_claim
from otpguard.flows.number.claim import find_claim, use_claim
from otpguard.http.facts import inner_of
from otpguard.http.problems import problem, wants_problem
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import return_path
from otpguard.http.uncached import uncached
from otpguard.models import Factor, PhoneClaim
from otpguard.web.messages import NUMBER_OVERUSED
from otpguard.web.number.browser import COOKIE, anonymous_facts
from otpguard.web.number.number_url import OVERUSED, number_url

CLAIM = "phone_claim"
"""The attribute of the request in which a view finds the claim."""

_TITLE = _("Phone number required")
_DETAIL = _("Confirm a phone number first, then repeat this.")


def enforce_claim(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    checkpoint: str,
    send_options: SendOptions = USUAL,
    *,
    email_first: bool | None = None,
    deferrable: bool = False,
) -> HttpResponse | None:
    """Put the browser's claim for `checkpoint` into `request.phone_claim`; without one, return the
    response that leads to the page where a number is proven. `email_first` and `deferrable` are as
    for `requires_phone_claim`. Reads; changes nothing. Raises StoreUnavailable."""
    inner = inner_of(request)
    facts = anonymous_facts(inner, COOKIE.read(inner))
    claim = find_claim(facts=facts, checkpoint=checkpoint)
    may_wait = deferrable and settings().signup.verification is SignupVerification.DEFERRED
    if claim is None and not may_wait:
        return ask_for_number(inner, checkpoint, send_options, email_first=email_first)
    setattr(inner, CLAIM, claim)
    return None


def ask_for_number(
    request: HttpRequest,
    checkpoint: str,
    send_options: SendOptions = USUAL,
    *,
    overused: bool = False,
    email_first: bool | None = None,
) -> HttpResponse:
    """303 to the page where a number is entered, and from there back; to machines a problem
    document with `number_url`. Both say it if the last number was `overused`."""
    machine = wants_problem(request)
    back = "" if machine else return_path(request)
    url = number_url(
        request,
        checkpoint,
        next_path=back,
        send_options=send_options,
        email_first=settings().email_first if email_first is None else email_first,
    )
    if machine:
        return problem(
            403,
            "number_overused" if overused else "phone_claim_required",
            str(_TITLE),
            str(NUMBER_OVERUSED if overused else _DETAIL),
            checkpoint=checkpoint,
            number_url=request.build_absolute_uri(url),
        )
    return uncached(SeeOther(f"{url}?{OVERUSED}=1" if overused else url))


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
    let it pass, so that the middleware leads the visitor to prove the number again. NumberOverused,
    which is one of these, when the number serves too many accounts or organizations: then they are
    asked for another one.
    """
    inner, claim = _claim_of(request)
    if claim is None:
        raise ImproperlyConfigured("a deferrable view has no number; use claim_verified_phone")
    facts = anonymous_facts(inner, COOKIE.read(inner))
    return use_claim(facts=facts, claim=claim, user=getattr(user, "pk", user))


def claim_verified_phone(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    user: AbstractBaseUser,
) -> Factor | None:
    """Use the number that this browser has proven, once, as the first way of confirming of `user`,
    an account that was made just now, in a view under `requires_phone_claim`.

    Call it in the transaction that makes the account, before the login. Returns the phone; None in
    a deferrable view whose visitor has proven none. Raises as `use_phone_claim` does, and
    NotAllowed for an account that has logged in before the number was proven, or has a way of
    confirming already.
    """
    inner, claim = _claim_of(request)
    if claim is None:
        return None
    facts = anonymous_facts(inner, COOKIE.read(inner))
    return attach_claim(facts=facts, claim=claim, user=user)


def _claim_of(request: Any) -> tuple[HttpRequest, PhoneClaim | None]:  # noqa: ANN401 (the same)
    inner = inner_of(request)
    if not hasattr(inner, CLAIM):
        raise ImproperlyConfigured("a phone claim is used in views under requires_phone_claim")
    return inner, getattr(inner, CLAIM)
