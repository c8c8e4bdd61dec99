"""Guard the messages of a consumer of Django Channels.

    class Keys(AsyncJsonWebsocketConsumer):
        @message_requires("api_key")
        async def receive_json(self, content): ...

The login is read again for every message, by the session key that the handshake came with: a
logout, a changed password or a revoked proof counts at the next message. Refused people get the
problem document as a message, then the socket is closed: with 4401 where they can confirm or log
in, 4403 where they may not, 4503 while the store is down. A step-up gives the web session another
key, so the page connects again afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import iscoroutinefunction
from typing import Any, TypeVar
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.http.request import validate_host

from otpguard.conf import declared
from otpguard.contrib.adapted import NO_PRESENCE, AdaptedRequest
from otpguard.http import guard as door
from otpguard.http.current_request import during
from otpguard.http.guard_state import STATE, RequestRefused
from otpguard.http.refusal import answer_refusal
from otpguard.middleware.guard import finish_response

CLOSE = {401: 4401, 503: 4503}
"""The code that a socket is closed with, by the status of the problem."""
FORBIDDEN = 4403
CONNECT = "connect"
DONE, SERVER_ERROR = 200, 500
"""How a handler went, as the guard knows it of views: a use is given back to one that failed."""

MessageTarget = str | Callable[..., str]
H = TypeVar("H", bound=Callable[..., Any])


class SocketRequest(HttpRequest):
    """What a message asks for, as Django's request: it may change something, so its method is
    POST, and its path is the socket's."""

    def __init__(self, scope: dict[str, Any]) -> None:
        super().__init__()
        self.method, self.content_type = "POST", "application/json"
        self.path = self.path_info = scope.get("path", "/")
        self._scheme = "https" if scope.get("scheme") == "wss" else "http"
        host, port = (scope.get("client") or ("", 0))[:2]
        self.META = {
            "REMOTE_ADDR": host,
            "REMOTE_PORT": str(port),
            "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
            **{_name(name): value.decode("latin-1") for name, value in scope.get("headers", ())},
        }
        key = getattr(scope.get("session"), "session_key", None)
        self.session = import_module(django_settings.SESSION_ENGINE).SessionStore(key)
        self.COOKIES = dict(scope.get("cookies", {}))
        self.user = get_user(self)
        self.__dict__[STATE] = None

    def _get_scheme(self) -> str:
        return self._scheme


def message_requires(checkpoint: str, *, target: MessageTarget = "") -> Callable[[H], H]:
    """Guard a method of a sync or async WebSocket consumer: `receive`, `receive_json`, `connect`.

    `target` is text, or a callable that gets what the method gets. Where the policy binds, a proof
    is bound to exactly the message. A refused `connect` is accepted, told and closed: a handshake
    that is refused shows no page why. Raises ImproperlyConfigured at import for an unknown
    checkpoint.
    """
    name = declared(checkpoint)

    def decorate(handler: H) -> H:
        made = _async(handler, name, target) if iscoroutinefunction(handler) else None
        return made or _sync(handler, name, target)  # type: ignore[return-value]  # same signature

    return decorate


def _sync(handler: Callable[..., Any], name: str, target: MessageTarget) -> Callable[..., Any]:
    @wraps(handler)
    def guarded(consumer: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (any consumer)
        request, problem = _ask(consumer.scope, name, target, args, kwargs)
        if problem is not None:
            if handler.__name__ == CONNECT:
                consumer.accept()
            consumer.send(text_data=problem.content.decode())
            consumer.close(code=CLOSE.get(problem.status_code, FORBIDDEN))
            return
        status = SERVER_ERROR
        try:
            handler(consumer, *args, **kwargs)
            status = DONE
        finally:
            _finish(request, status)

    return guarded


def _async(handler: Callable[..., Any], name: str, target: MessageTarget) -> Callable[..., Any]:
    @wraps(handler)
    async def guarded(consumer: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (any consumer)
        ask = sync_to_async(_ask)
        request, problem = await ask(consumer.scope, name, target, args, kwargs)
        if problem is not None:
            if handler.__name__ == CONNECT:
                await consumer.accept()
            await consumer.send(text_data=problem.content.decode())
            await consumer.close(code=CLOSE.get(problem.status_code, FORBIDDEN))
            return
        status = SERVER_ERROR
        try:
            await handler(consumer, *args, **kwargs)
            status = DONE
        finally:
            await sync_to_async(_finish)(request, status)

    return guarded


def _ask(
    scope: dict[str, Any],
    checkpoint: str,
    target: MessageTarget,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[SocketRequest, HttpResponse | None]:
    """The message as a request, and the problem document if it may not pass."""
    request = SocketRequest(scope)
    auth = None if _is_from_this_site(request) else NO_PRESENCE
    about = target if isinstance(target, str) else target(*args, **kwargs)
    body = {"args": [_bindable(each) for each in args], "kwargs": _bindable(kwargs)}
    with during(request):
        try:
            door.require(AdaptedRequest(request, auth=auth), checkpoint, target=about, body=body)
        except RequestRefused as refused:
            problem = answer_refusal(request, refused, machine=True)
            if request.session.modified:
                request.session.save()
            return request, problem
    return request, None


def _finish(request: SocketRequest, status: int) -> None:
    state = request.__dict__[STATE]
    if state is not None:
        finish_response(state, HttpResponse(status=status))


def _is_from_this_site(request: SocketRequest) -> bool:
    """False for a page of another site: a browser sends the cookie with its handshake, too, and
    CSRF tokens there are none. What is no browser names no origin."""
    origin = request.META.get("HTTP_ORIGIN", "")
    if not origin:
        return True
    allowed = django_settings.ALLOWED_HOSTS or [".localhost", "127.0.0.1", "[::1]"]
    return validate_host(urlsplit(origin).hostname or "", allowed)


def _bindable(value: Any) -> Any:  # noqa: ANN401 (any message)
    """A message with its bytes as digests, for a proof is bound to text."""
    if isinstance(value, bytes):
        return f"sha256:{hashlib.sha256(value).hexdigest()}"
    if isinstance(value, dict):
        return {name: _bindable(each) for name, each in value.items()}
    return value


def _name(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
