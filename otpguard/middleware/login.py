"""The middleware that asks at the `login` checkpoint after a login; a host adds it if it wants.

It must stand after the session, authentication and tenant middleware and before the guard's, or a
bound proof would be spent on a request that is closed then.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.exceptions import StoreUnavailable
from otpguard.flows.session.login_risk import ask_about_sim
from otpguard.http import guard as door
from otpguard.http import session
from otpguard.http.facts import facts_from
from otpguard.http.guard_state import RequestRefused
from otpguard.http.refusal import respond_to_refusal
from otpguard.http.unavailable import unavailable
from otpguard.middleware.closing import ClosingMiddleware
from otpguard.store_errors import STORE_ERRORS

logger = logging.getLogger("otpguard.login")

CHECKPOINT = "login"


class LoginMiddleware(ClosingMiddleware):
    """Closes everything but login, logout and our own pages until a login has passed the `login`
    checkpoint, whatever it was made with.

    Once it has passed, the web session says so, and a request costs one look at the session. It
    knows `request.user` only: a caller whom an API view authenticates by itself passes here.
    """

    def closed(self, request: HttpRequest) -> HttpResponseBase | None:
        """See ClosingMiddleware."""
        try:
            if not session.is_unchecked(request) or not request.user.is_authenticated:
                return None
            ask_about_sim(facts_from(request))
            door.require(request, CHECKPOINT)
            session.mark_checked(request)
        except RequestRefused as refused:
            return _refuse(request, refused)
        except (StoreUnavailable, *STORE_ERRORS):
            logger.exception("cannot tell whether this login must be confirmed")
            return unavailable(request)
        return None


def _refuse(request: HttpRequest, refused: RequestRefused) -> HttpResponseBase:
    try:
        return respond_to_refusal(request, refused)
    except STORE_ERRORS:
        logger.exception("a refusal could not be prepared at %s", request.path)
        return unavailable(request)
