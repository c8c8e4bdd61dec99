"""APIs that OAuth clients call with access tokens: RFC 9068, and RFC 9470 where a sign-in is too
weak or too old.

    class Payouts(APIView):
        authentication_classes = [AccessTokenAuthentication]
        permission_classes = [RequiresCheckpointByToken("payout", browser_url="/payouts/")]

    @requires_access_token("payout", browser_url="/payouts/")
    def payouts(request): ...

Needs `otpguard[oidc]` and the setting TOKEN_ISSUERS.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from otpguard.api.permissions import RequiresCheckpoint
from otpguard.conf import declared
from otpguard.federation.access_token import AccessToken, AccessTokenError
from otpguard.federation.metadata import ProviderUnusableError
from otpguard.http.bearer.caller import INVALID, TokenCaller, caller_of
from otpguard.http.bearer.guard import require_token
from otpguard.http.bearer.responses import invalid_token, issuer_away, no_token
from otpguard.http.facts import inner_of
from otpguard.http.guard_state import RequestRefused
from otpguard.http.marker import Marker, Target
from otpguard.http.refusal import answer_refusal
from otpguard.http.unavailable import unavailable
from otpguard.http.uncached import uncached
from otpguard.store_errors import STORE_ERRORS

V = TypeVar("V", bound=Callable[..., Any])

logger = logging.getLogger("otpguard.guard")


class IssuerAway(APIException):
    """The keys of an authorization server cannot be read: nobody passes."""

    status_code = 503
    default_code = "issuer_unavailable"
    default_detail = _("The access token cannot be checked right now.")


class AccessTokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer <access token>`; leaves other schemes, and none, to others.

    `request.user` is the person of the token, or nobody (AnonymousUser) for a token of a service;
    `request.auth` is the AccessToken.
    """

    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        """The person and the token. Raises AuthenticationFailed, in the same words for whatever is
        wrong, and IssuerAway."""
        try:
            found = caller_of(inner_of(request))
        except AccessTokenError:
            raise AuthenticationFailed(str(_("This access token is not valid."))) from None
        except ProviderUnusableError:
            logger.exception("an access token cannot be checked at %s", request.path)
            raise IssuerAway from None
        return None if found is None else (found.user, found.token)

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says that it wants."""
        return INVALID if "HTTP_AUTHORIZATION" in request.META else "Bearer"


class RequiresCheckpointByToken(RequiresCheckpoint):
    """A permission for one checkpoint that an access token opens where the policy lets it.

    It needs no IsAuthenticated beside it: tokens of services are refused. A request without such a
    token is asked as by RequiresCheckpoint. `browser_url` is where people do the action in a
    browser; see RequiresCheckpoint for the rest.
    """

    def __init__(
        self,
        checkpoint: str,
        *,
        target: Target = "",
        reads_safely: bool | None = None,
        browser_url: str = "/",
    ) -> None:
        super().__init__(checkpoint, target=target, reads_safely=reads_safely)
        self.browser_url = browser_url

    def let_pass(self, request: Request, target: str) -> None:
        """Let the request pass, or raise RequestRefused."""
        if not isinstance(request.auth, AccessToken):
            if not request.user.is_authenticated:
                raise NotAuthenticated  # says which scheme the view takes
            super().let_pass(request, target)
            return
        require_token(
            request,
            TokenCaller(request.user, request.auth),
            self.checkpoint,
            target=target,
            reads_safely=self.reads_safely,
            browser_url=self.browser_url,
        )


def requires_access_token(
    checkpoint: str,
    *,
    target: Target = "",
    reads_safely: bool | None = None,
    browser_url: str = "/",
) -> Callable[[V], V]:
    """Guard a sync or async function view that is called with an access token and with nothing
    else: no cookie counts, so it is exempt from CSRF checks.

    The view finds the person in `request.user` and the token in `request.access_token`. The
    arguments are as for RequiresCheckpointByToken. Raises ImproperlyConfigured at import for an
    unknown checkpoint.
    """
    marker = Marker(checkpoint=declared(checkpoint), target=target, reads_safely=reads_safely)

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (as the view)
            refused = _refused(request, marker, browser_url, kwargs)
            return uncached(view(request, *args, **kwargs)) if refused is None else refused

        @wraps(view)
        async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (as the view)
            refused = await sync_to_async(_refused)(request, marker, browser_url, kwargs)
            return uncached(await view(request, *args, **kwargs)) if refused is None else refused

        made: Any = guarded_async if iscoroutinefunction(view) else guarded
        made.csrf_exempt = True
        return made  # type: ignore[no-any-return]  # same signature as the view

    return decorate


def _refused(
    request: HttpRequest, marker: Marker, browser_url: str, kwargs: dict[str, Any]
) -> HttpResponseBase | None:
    """The answer to a request that may not pass; None if the view may run."""
    try:
        caller = caller_of(request)
        if caller is None:
            return no_token()
        request.user = caller.user
        request.access_token = caller.token  # type: ignore[attr-defined]  # for the view
        require_token(
            request,
            caller,
            marker.checkpoint,
            target=marker.target_of(request, kwargs),
            reads_safely=marker.reads_safely,
            browser_url=browser_url,
        )
    except AccessTokenError:
        return invalid_token()
    except ProviderUnusableError:
        logger.exception("an access token cannot be checked at %s", request.path)
        return issuer_away()
    except RequestRefused as refused:
        return answer_refusal(request, refused)
    except STORE_ERRORS:
        logger.exception("no store for an access token at %s", request.path)
        return unavailable(request)
    return None
