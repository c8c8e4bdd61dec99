"""What the middlewares share that close views to somebody, in projects with and without async."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.http import enrollment

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class ClosingMiddleware(ABC):
    """Asks `closed` before each view but those that stay open.

    Such a middleware must stand after the session, authentication and tenant middleware and before
    the guard's, or a bound proof would be spent on a request that is closed then.
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

    def stays_open(self, request: HttpRequest, view: Any) -> bool:  # noqa: ANN401 (any view)
        """Whether nobody is asked here: login, logout, our own pages. Reads no store."""
        return enrollment.stays_open(request, view)

    @abstractmethod
    def closed(self, request: HttpRequest) -> HttpResponseBase | None:
        """The answer instead of the view, None to let it run. A store that is down closes all."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Any,  # noqa: ANN401 (any view)
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Answer instead of a view that is closed."""
        return None if self.stays_open(request, view_func) else self.closed(request)

    async def _process_view_async(
        self,
        request: HttpRequest,
        view_func: Any,  # noqa: ANN401 (any view)
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if self.stays_open(request, view_func):
            return None
        return await sync_to_async(self.closed)(request)
