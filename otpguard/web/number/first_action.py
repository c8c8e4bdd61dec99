"""The first project, invitation or key of somebody who has signed up: shown who they are, once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import Deny
from otpguard.core.policy_choices import Enforcement
from otpguard.core.signup import FIRST_ACTION, IdentityPart
from otpguard.exceptions import IdentityMissing, StoreUnavailable
from otpguard.flows.checkpoint.evaluate import evidence_of, policy_of
from otpguard.flows.number.identity import missing_identity
from otpguard.http.facts import facts_of
from otpguard.http.guard import require
from otpguard.http.problems import problem, wants_problem
from otpguard.http.refusal import SeeOther
from otpguard.http.uncached import uncached
from otpguard.intel.identity import identity_checks
from otpguard.store_errors import STORE_ERRORS

_TITLE = _("Confirm who you are")
_DETAIL = _("Confirm who you are first, then repeat this.")


def require_first_action(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    *,
    target: str = "",
) -> None:
    """Let somebody who has shown who they are pass, or raise. Asks once in the life of an account.

    Call it when the input is valid and before anything is done: where a first project is made, a
    member is invited, a key is created. What is asked for stands in the setting SIGNUP. A person
    without a phone adds one, one whose number has a new owner another one, and comes back. For what
    the host checks they are led to the page that its checks name. Where a tenant's policy has
    switched off `first_action`, nothing is asked.

    Raises RequestRefused, IdentityMissing and StoreUnavailable for the middleware, and
    ImproperlyConfigured without it.
    """
    try:
        part = _missing(request)
        host = part is not None and part is not IdentityPart.PHONE and _is_asked(request)
    except STORE_ERRORS as error:
        raise StoreUnavailable("who asks cannot be read") from error
    if part is IdentityPart.PHONE:
        require(request, FIRST_ACTION, target=target)
    elif part is not None and host:
        raise IdentityMissing(part, _page_for(request.user, part))


def _missing(request: Any) -> IdentityPart | None:  # noqa: ANN401 (as above)
    """What is missing; the phone of people who are not logged in, so that the guard asks them."""
    if not request.user.is_authenticated:
        return IdentityPart.PHONE
    return missing_identity(facts=facts_of(request), user=request.user)


def lead_to_identity(request: HttpRequest, missing: IdentityMissing) -> HttpResponse:
    """303 to the host's page for what is missing; to machines a problem document."""
    if wants_problem(request):
        return problem(
            403,
            missing.code,
            str(_TITLE),
            str(_DETAIL),
            checkpoint=FIRST_ACTION,
            part=missing.part.value,
            identity_url=request.build_absolute_uri(missing.url),
        )
    return uncached(SeeOther(missing.url))


def _page_for(user: AbstractBaseUser, part: IdentityPart) -> str:
    """Our own page for a number that has a new owner, the host's for all else."""
    checks = identity_checks()
    if part is IdentityPart.NUMBER or checks is None:
        return reverse("otpguard:security")
    return checks.page_for(user, part)


def _is_asked(request: Any) -> bool:  # noqa: ANN401 (as above)
    """Whether the policy asks for anything here, and refuses without it."""
    facts = facts_of(request)
    checkpoint = checkpoint_named(FIRST_ACTION)
    evidence = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        return True
    policy = policy_of(facts, checkpoint, evidence)
    return policy.active and policy.enforcement is Enforcement.ENFORCE
