"""The middleware: reads the marker before a view, translates a refusal, writes it down afterwards.

It must stand after the session, CSRF, authentication and tenant middleware, and be added once. It
serves sync and async projects; an unguarded view costs it an attribute test either way (C41).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast

from asgiref.sync import markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.flows import guard, resume
from otpguard.http import guard as door
from otpguard.http import login
from otpguard.http.guard import STATE, GuardState, RequestRefused
from otpguard.http.marker import Marker, marker_of
from otpguard.http.refusal import respond
from otpguard.http.session import TOMBSTONE, is_moved

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]
SERVER_ERROR = 500


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
            self.process_view = self._process_view_async  # type: ignore[method-assign,assignment]

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        request.__dict__[STATE] = None
        if self._is_async:
            return self._call_async(request)
        response = cast("HttpResponseBase", self.get_response(request))
        state = request.__dict__[STATE]
        if state is not None:
            finish(state, response)
        leave_tombstone(request)
        if is_moved(request):
            login.follow(request)
        return response

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        state = request.__dict__[STATE]
        if state is not None:
            await sync_to_async(finish)(state, response)
        leave_tombstone(request)
        if is_moved(request):
            await sync_to_async(login.follow)(request)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view_func: Any,  # noqa: ANN401 (any view)
        _args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Guard a marked view before it runs. Returns the refusal, never raises it."""
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
        match = request.resolver_match
        marker = marker_of(view_func, match.view_name if match else None)
        if marker is None:
            return None
        return await sync_to_async(_early)(request, marker, kwargs)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Translate a refusal that a view raised; its transaction has been unwound by now."""
        if isinstance(exception, RequestRefused):
            return respond(request, exception)
        return None


def _early(request: HttpRequest, marker: Marker, kwargs: dict[str, Any]) -> HttpResponseBase | None:
    try:
        door.enforce(request, marker, kwargs)
    except RequestRefused as refused:
        return respond(request, refused)
    return None


def finish(state: GuardState, response: HttpResponseBase) -> None:
    """Keep a guarded answer out of caches, write refusals, return uses that a failed view took."""
    response["Cache-Control"] = "private, no-store"
    state.write()
    if response.status_code >= SERVER_ERROR:
        for grant in state.spent:
            guard.give_back(grant)
        for held in state.held:
            resume.give_back(held_id=held)


def leave_tombstone(request: HttpRequest) -> None:
    """Drop what a late request wrote into a session that was rotated away meanwhile (C3).

    Saving it would send the old cookie again, over the new one.
    """
    session = getattr(request, "session", None)
    if session is not None and session.modified and TOMBSTONE in session:
        session.modified = False
