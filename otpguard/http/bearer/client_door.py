"""What authentication classes for apps share: entering a login, its code, a store that is down."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from otpguard.conf import settings
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.session.hand_over import hand_over
from otpguard.http.bearer.client_login import ATTRIBUTE, ClientLogin
from otpguard.http.bearer.client_tokens import decrypt_code
from otpguard.http.facts import facts_from, inner_of
from otpguard.http.session import Mark
from otpguard.store_errors import STORE_ERRORS

CODE_HEADER = "Otpguard-Code"
CALL_HEADER = "Otpguard-Call"

logger = logging.getLogger("otpguard.guard")


class StoreAway(APIException):
    """Nobody can tell whether a login goes on: nobody passes."""

    status_code = 503
    default_code = "store_unavailable"
    default_detail = _("This cannot be checked right now. Try again in a moment.")


@contextmanager
def reading_store() -> Iterator[None]:
    """Turns a store that does not answer into 503. Raises StoreAway."""
    try:
        yield
    except (StoreUnavailable, *STORE_ERRORS):
        logger.exception("no store for the login of an app")
        raise StoreAway from None


def check_return_urls() -> None:
    """Raises ImproperlyConfigured while there is nowhere a browser could take a code."""
    if not settings().client_return_urls:
        raise ImproperlyConfigured(
            "otpguard: apps need CLIENT_RETURN_URLS, where a browser goes back to after the person"
            " has confirmed"
        )


def enter(request: Request, user: Any, auth: Any, mark: Mark) -> None:  # noqa: ANN401 (the host's user model; a token)
    """Keep the login of the app at `auth`, and use the code that the call shows, if any.

    A code that is not right is not told from none: the guard then asks as before.
    """
    login = ClientLogin(user=str(user.pk), mark=mark)
    setattr(auth, ATTRIBUTE, login)
    shown = request.headers.get(CODE_HEADER, "")
    over = decrypt_code(shown) if shown else None
    if over is not None:
        facts = facts_from(inner_of(request), user=user, bearer=True, api=True, client=login)
        hand_over(facts=facts, over=over, call_id=request.headers.get(CALL_HEADER, ""))
