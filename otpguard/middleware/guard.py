"""The middleware: reads the marker before a view, translates a refusal, writes it down afterwards.

It must stand after the session, CSRF, authentication and tenant middleware, and be added once. It
serves sync and async projects; an unguarded view costs it an attribute test either way (C41).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast

from asgiref.sync import markcoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.api.permissions import RequiresCheckpoint
from otpguard.exceptions import ClaimRefused, IdentityMissing, NumberOverused, StoreUnavailable
from otpguard.flows.checkpoint import guard
from otpguard.http import current_request, login
from otpguard.http import guard as door
from otpguard.http.guard_state import STATE, GuardState, RequestRefused
from otpguard.http.intents import hide_kept_form
from otpguard.http.marker import ATTRIBUTE, Marker, marker_of
from otpguard.http.refusal import answer_refusal
from otpguard.http.session import TOMBSTONE, is_moved
from otpguard.http.unavailable import unavailable
from otpguard.http.uncached import uncached
from otpguard.middleware.download import note_download
from otpguard.store_errors import STORE_ERRORS
from otpguard.web.number.claim import ask_for_number
from otpguard.web.number.first_action import lead_to_identity

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]
SERVER_ERROR = 500

logger = logging.getLogger("otpguard.guard")


class OtpguardMiddleware:
    """Guards marked views and finishes what guards began."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)
            # Django adapts the bound method it finds here; a sync one would cost every request
            # under ASGI a hop to a thread.
            self.process_view = self._process_view_async  # type: ignore[method-assign,assignment]  # see above

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        request.__dict__[STATE] = None
        if self._is_async:
            return self._call_async(request)
        with current_request.during(request):
            response = cast("HttpResponseBase", self.get_response(request))
        state = request.__dict__[STATE]
        if state is not None:
            finish_response(state, response)
            note_download(request, response)
        leave_tombstone(request)
        return follow_session(request, response) if is_moved(request) else response

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        with current_request.during(request):
            response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        state = request.__dict__[STATE]
        if state is not None:
            await sync_to_async(finish_response)(state, response)
            note_download(request, response)
        await _leave_tombstone_async(request)
        if is_moved(request):
            return await sync_to_async(follow_session)(request, response)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view_func: Any,  # noqa: ANN401 (any view)
        _args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Guard a marked view before it runs. Returns the refusal, never raises it."""
        if request.method == "POST":
            hide_kept_form(request)
        match = request.resolver_match
        marker = marker_of(view_func, match.view_name if match else None)
        return None if marker is None else _early(request, marker, kwargs)

    async def _process_view_async(
        self,
        request: HttpRequest,
        view_func: Any,  # noqa: ANN401 (any view)
        _args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if request.method == "POST":
            hide_kept_form(request)
        match = request.resolver_match
        marker = marker_of(view_func, match.view_name if match else None)
        if marker is None:
            return None
        return await sync_to_async(_early)(request, marker, kwargs)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Translate a refusal that a view raised; its transaction has been unwound by now.

        503 for a store that is down, where that kept one of our pages or a guard from deciding.
        """
        if isinstance(exception, RequestRefused):
            return answer_refusal(request, exception)
        if isinstance(exception, ClaimRefused):
            overused = isinstance(exception, NumberOverused)
            return ask_for_number(request, exception.checkpoint, overused=overused)
        if isinstance(exception, IdentityMissing):
            return lead_to_identity(request, exception)
        if isinstance(exception, StoreUnavailable) or (
            isinstance(exception, STORE_ERRORS) and is_ours_to_close(request)
        ):
            logger.error("no store at %s", request.path, exc_info=exception)
            return unavailable(request)
        return None


def _early(request: HttpRequest, marker: Marker, kwargs: dict[str, Any]) -> HttpResponseBase | None:
    try:
        door.enforce(request, marker, kwargs)
    except RequestRefused as refused:
        return answer_refusal(request, refused)
    return None


def follow_session(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Note the new key of a web session; without a store the response is not given out."""
    try:
        login.follow(request)
    except STORE_ERRORS:
        logger.exception("the new key of a web session could not be noted")
        return unavailable(request)
    return response


def is_ours_to_close(request: HttpRequest) -> bool:
    """True for our own pages, and for a guarded view whose guard has let nothing pass yet."""
    match = request.resolver_match
    if match is None:
        return False
    view = getattr(match.func, "cls", None) or getattr(match.func, "view_class", match.func)
    in_admin = match.app_name == "admin" and (match.url_name or "").startswith("otpguard_")
    if in_admin or view.__module__.startswith("otpguard."):
        return True
    state: GuardState | None = request.__dict__.get(STATE)
    if state is not None and state.pending:
        return True  # refused inside: the end of the view's transaction has failed over it
    return _is_guarded_inside(view) and (state is None or not state.passed)


def _is_guarded_inside(view: Any) -> bool:  # noqa: ANN401 (any view)
    """True for a framework's view with our permission, or our mark on one of its methods: there the
    framework reads who asks before our guard runs."""
    permissions = getattr(view, "permission_classes", ())
    if any(isinstance(each, RequiresCheckpoint) for each in permissions):
        return True
    return any(hasattr(method, ATTRIBUTE) for method in vars(view).values())


def finish_response(state: GuardState, response: HttpResponseBase) -> None:
    """Keep a guarded answer out of caches, write refusals, return uses that a failed view took."""
    uncached(response)
    state.write()
    try:
        if response.status_code >= SERVER_ERROR:
            guard.give_back(grants=state.spent, forms=state.kept_forms)
        elif state.spent:
            guard.retire(state.spent)
    except STORE_ERRORS:
        logger.exception("a use could not be given back, or its proof not be retired")


def leave_tombstone(request: HttpRequest) -> None:
    """Drop what a late request wrote into a session that has been rotated away (C3).

    Saving it would send the old cookie again, over the new one. With SESSION_SAVE_EVERY_REQUEST
    Django saves without being asked, and what was read before the rotation would come back.
    """
    session = getattr(request, "session", None)
    if session is None or not session.session_key:
        return
    if settings.SESSION_SAVE_EVERY_REQUEST and _is_buried(session):
        # Neither saved nor deleted: Django sees a request that has no session.
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        session.is_empty = lambda: True
        session.modified = False
    elif session.modified and TOMBSTONE in session:
        session.modified = False


async def _leave_tombstone_async(request: HttpRequest) -> None:
    """The same; only the setting that makes it read the store costs a hop to a thread."""
    if settings.SESSION_SAVE_EVERY_REQUEST:
        await sync_to_async(leave_tombstone)(request)
    else:
        leave_tombstone(request)


def _is_buried(session: Any) -> bool:  # noqa: ANN401 (the engine's own SessionStore)
    """True when the store has a tombstone under this key, or cannot say so."""
    try:
        return TOMBSTONE in type(session)(session.session_key)
    except STORE_ERRORS:
        logger.exception("a web session could not be read again: it is not saved")
        return True
