"""The middleware that enforces enrollment, which a host adds if it wants to.

It must stand after the session, authentication and tenant middleware and before the guard's, or a
bound proof would be spent on a request that is closed then.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.core.enrollment import Overdue
from otpguard.http import enrollment
from otpguard.http.unavailable import unavailable
from otpguard.store_errors import STORE_ERRORS

logger = logging.getLogger("otpguard.enrollment")

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class EnrollmentMiddleware:
    """Closes everything but enrollment to members who are overdue with it.

    Costs one statement for each request of somebody who is logged in, and one more for members
    whom a rule asks. It knows `request.user` only: a caller whom an API view authenticates by
    itself passes here, and meets the guard where that view is guarded.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)
            # An open view must not cost a hop to a thread.
            self.process_view = self._process_view_async  # type: ignore[method-assign,assignment]  # see above

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view_func: Any,  # noqa: ANN401 (any view)
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Answer instead of a view that is closed. A store that is down closes all."""
        return None if enrollment.stays_open(request, view_func) else _closed(request)

    async def _process_view_async(
        self,
        request: HttpRequest,
        view_func: Any,  # noqa: ANN401 (any view)
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if enrollment.stays_open(request, view_func):
            return None
        return await sync_to_async(_closed)(request)


def _closed(request: HttpRequest) -> HttpResponseBase | None:
    try:
        status = enrollment.enrollment_status_of_request(request)
    except STORE_ERRORS:
        logger.exception("cannot tell whether enrollment is overdue")
        return unavailable(request)
    return enrollment.send_to_enrollment(request, status) if isinstance(status, Overdue) else None
