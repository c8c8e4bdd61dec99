"""Guard an operation of django-ninja.

    @api.post("/keys", auth=django_auth)
    @operation_requires("api_key", target=lambda request, payload: f"key '{payload.name}'")
    def create_key(request, payload: Key): ...

The API authenticates before the operation runs, so here it is known who asks. Only its session
authentication, which checks the CSRF token, speaks for a browser: with a bearer token, an API key
or no `auth` at all no proof counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction, signature
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from otpguard.conf import declared
from otpguard.contrib.adapted import NO_PRESENCE, AdaptedRequest, content_of
from otpguard.http import guard as door
from otpguard.http.guard_state import RequestRefused
from otpguard.http.marker import Marker, Methods, Target, Timeout, send_options_of
from otpguard.http.refusal import answer_refusal

Refusing = Callable[[HttpRequest, dict[str, Any]], HttpResponseBase | None]
O = TypeVar("O", bound=Callable[..., Any])  # noqa: E741 (an operation)


def operation_requires(
    checkpoint: str,
    *,
    target: Target = "",
    reads_safely: bool | None = None,
    preferred_methods: Methods = None,
    fallback_timeout: Timeout = None,
) -> Callable[[O], O]:
    """Guard a sync or async operation; stands below the API's own decorator.

    `target` is text, or a callable that gets the request and the operation's arguments. The others
    are as for `otpguard.require`. A refusal is answered with a problem document, and the operation
    does not run. Raises ImproperlyConfigured at import for an unknown checkpoint, channel or wait.
    """
    send_options_of(preferred_methods, fallback_timeout)
    marker = Marker(checkpoint=declared(checkpoint), target=target, reads_safely=reads_safely)

    def refused(request: HttpRequest, arguments: dict[str, Any]) -> HttpResponseBase | None:
        try:
            door.require(
                AdaptedRequest(request, auth=_auth_of(request), data=content_of(request)),
                marker.checkpoint,
                target=marker.target_of(request, arguments),
                reads_safely=marker.reads_safely,
                preferred_methods=preferred_methods,
                fallback_timeout=fallback_timeout,
            )
        except RequestRefused as refusal:
            return answer_refusal(request, refusal, machine=True)
        return None

    return lambda operation: _guarded(operation, refused)


def _guarded(operation: O, refused: Refusing) -> O:
    @wraps(operation)
    def guarded(request: HttpRequest, **arguments: Any) -> Any:  # noqa: ANN401 (as the operation)
        answer = refused(request, arguments)
        return operation(request, **arguments) if answer is None else answer

    @wraps(operation)
    async def guarded_async(request: HttpRequest, **arguments: Any) -> Any:  # noqa: ANN401 (as the operation)
        answer = await sync_to_async(refused)(request, arguments)
        return await operation(request, **arguments) if answer is None else answer

    made = guarded_async if iscoroutinefunction(operation) else guarded
    # ninja would look for the names in annotations among the names of this module.
    made.__dict__["__signature__"] = signature(operation, eval_str=True)
    return made  # type: ignore[return-value]  # same signature


def _auth_of(request: HttpRequest) -> str | None:
    """None where ninja's session authentication let the request in: it answers with the lazy user
    of Django's middleware. An authenticator that reads a token answers with something else."""
    answer = getattr(request, "auth", None)
    by_session = answer is request.user and isinstance(answer, SimpleLazyObject)
    return None if by_session else NO_PRESENCE
