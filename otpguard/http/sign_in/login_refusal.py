"""A login is refused where all that it opens takes its own identity provider's sessions only."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from otpguard.account import email_of
from otpguard.conf import settings
from otpguard.core.assurance import Primary
from otpguard.core.decision import Deny, Reason
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask, StepUpRefused
from otpguard.flows.federation.sign_in_rule import tenant_refusing_login
from otpguard.http import session
from otpguard.http.facts import facts_from
from otpguard.http.guard_state import RequestRefused, noted, state_of
from otpguard.http.sign_in.vouched import is_vouched
from otpguard.tenants.sign_in import LOGIN


def check_login(request: HttpRequest, user: AbstractBaseUser) -> None:
    """Let a login go on, or empty the web session and raise RequestRefused.

    A login that a provider of theirs vouches for goes on: whether it was the right one, each tenant
    asks by itself. So does one by a back end of the host's own that LOGIN_BACKENDS calls single
    sign-on, and somebody who acts as somebody else. A social login vouches for no one here: it is
    no organization's provider. Raises StoreUnavailable and DatabaseError.
    """
    facts = facts_from(request, user=user)
    backend = str(request.session.get(BACKEND_SESSION_KEY, ""))
    if session.is_impersonated(request):
        return
    if settings().login_backends.get(backend) is Primary.SSO:
        return
    if is_vouched(request, facts.user):
        return
    refused = _refused(request, user, facts)
    if refused is None:
        return
    request.session.flush()
    request.user = AnonymousUser()
    raise refused


def check_app_login(request: HttpRequest, user: AbstractBaseUser, facts: RequestFacts) -> None:
    """Let the login of an app go on, or raise RequestRefused. An app's login is never the sign-in
    of an organization."""
    refused = _refused(request, user, facts)
    if refused is not None:
        raise refused


def _refused(
    request: HttpRequest, user: AbstractBaseUser, facts: RequestFacts
) -> RequestRefused | None:
    tenant = tenant_refusing_login(facts=facts, email=email_of(user))
    if tenant is None:
        return None
    ask = Ask(checkpoint=LOGIN, tenant=str(tenant), user=facts.user, sid="", story=str(uuid4()))
    refusal = StepUpRefused(Deny(reason=Reason.SSO_REQUIRED), ask)
    return noted(state_of(request), facts, refusal)
