"""The middleware that closes a tenant to sessions of others than its identity provider; a host adds
it if it wants more than guarded views to be closed.

It must stand after the session, authentication and tenant middleware and before the guard's, or a
bound proof would be spent on a request that is closed then.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.core.decision import Deny, Reason
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask, StepUpRefused, StoreUnavailable
from otpguard.grants import emergency
from otpguard.http.facts import facts_from
from otpguard.http.guard_state import noted, state_of
from otpguard.http.refusal import answer_refusal
from otpguard.http.sign_in.ways import is_sign_in_url
from otpguard.http.unavailable import unavailable
from otpguard.http.uncached import keep_uncached
from otpguard.middleware.closing import ClosingMiddleware
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.directory import member_of
from otpguard.tenants.sign_in import LOGIN, refuses_request

logger = logging.getLogger("otpguard.login")


class SingleSignOnMiddleware(ClosingMiddleware):
    """Closes everything but login, logout, single sign-on and our own pages to a member whose login
    session the selected tenant does not take.

    Costs one statement for each request of somebody who is logged in and has a tenant selected, and
    more where the tenant asks for its own sign-in. It knows `request.user` only: a caller whom an
    API view authenticates by itself passes here.
    """

    def stays_open(self, request: HttpRequest, view: Any) -> bool:  # noqa: ANN401 (any view)
        """As the base, and single sign-on."""
        return super().stays_open(request, view) or is_sign_in_url(request)

    def closed(self, request: HttpRequest) -> HttpResponseBase | None:
        """See ClosingMiddleware."""
        try:
            if not request.user.is_authenticated:
                return None
            facts = facts_from(request)
            if not refuses_request(facts) or _lets_in(facts):
                return None
            if member_of(facts.user, facts.tenant) is None:
                return None  # nobody else learns where an organization signs in
        except (StoreUnavailable, *STORE_ERRORS):
            logger.exception("cannot tell whether the organization takes this login")
            return unavailable(request)
        keep_uncached(request)
        ask = Ask(
            checkpoint=LOGIN,
            tenant=facts.tenant,
            user=facts.user,
            sid=facts.sid,
            story=str(uuid4()),
        )
        refusal = StepUpRefused(Deny(reason=Reason.SSO_REQUIRED), ask)
        return answer_refusal(request, noted(state_of(request), facts, refusal))


def _lets_in(facts: RequestFacts) -> bool:
    running = emergency.running(facts.tenant, now=facts.now)
    return any(facts.user in access.people and not access.drill for access in running)
