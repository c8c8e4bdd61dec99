"""allauth's headless API: its app client confirms in a browser, and its reset is refused.

    path("_allauth/", include("otpguard.contrib.allauth_headless")),  # before allauth's own
    path("_allauth/", include("allauth.headless.urls")),

    class Keys(APIView):
        authentication_classes = [AppSessionAuthentication]
        permission_classes = [IsAuthenticated, RequiresCheckpoint("api_key")]

Browsers of the "browser" client have a web session, and need nothing of this class. The app client
needs the setting CLIENT_RETURN_URLS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from otpguard.flows.session.hand_over import is_open
from otpguard.http import session as marks
from otpguard.http.bearer.client_door import check_return_urls, enter, reading_store
from otpguard.http.uncached import uncached

FORBIDDEN = 403
CODE = "password_reset_in_browser"
_RESET_PAGES = ("account_reset_password", "password_reset")


@dataclass(frozen=True, slots=True)
class _AsWebSession:
    """What the reader of our mark needs of a request: the app's session in place of a cookie's."""

    session: Any
    user: Any


class AppSessionAuthentication(XSessionTokenAuthentication):  # type: ignore[misc]  # allauth's is untyped here
    """Reads allauth's `X-Session-Token`, and lets count what was confirmed for that login.

    A token whose login has ended authenticates nobody.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The person and the app's session. Raises AuthenticationFailed after the end of the login,
        and StoreAway while nobody can tell."""
        check_return_urls()
        with reading_store():
            found: tuple[Any, Any] | None = super().authenticate(request)
            if found is None:
                return None
            user, session = found
            shown: Any = _AsWebSession(session, user)
            mark = marks.read(shown, str(user.pk))
            if mark.sid:
                if not is_open(user=str(user.pk), sid=mark.sid):
                    raise AuthenticationFailed(_("This login has ended. Log in again."))
                enter(request, user, session, mark)
        return found


@csrf_exempt
@login_not_required
def refuse_reset(request: HttpRequest, client: str) -> JsonResponse:  # noqa: ARG001 (the URL's)
    """403 in allauth's own form: a link alone would set a new password, and its API has no place
    for a factor. `browser_url` is the page where it has."""
    message = _("Reset the password in a browser: you are asked to confirm there.")
    answer = {
        "status": FORBIDDEN,
        "errors": [{"code": CODE, "message": message}],
        "browser_url": _reset_page(request),
    }
    return uncached(JsonResponse(answer, status=FORBIDDEN))


def _reset_page(request: HttpRequest) -> str:
    for name in _RESET_PAGES:
        try:
            return request.build_absolute_uri(reverse(name))
        except NoReverseMatch:
            continue
    return ""


urlpatterns = [
    path("<slug:client>/v1/auth/password/request", refuse_reset),
    path("<slug:client>/v1/auth/password/reset", refuse_reset),
]
