"""Markers: how a view declares its checkpoint, and how the middleware finds the declaration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.send_options import USUAL, SendOptions, send_options
from otpguard.core.view_patterns import best_pattern
from otpguard.core.wishes import WishError
from otpguard.http.login_views import is_login_or_logout, wrapped

ATTRIBUTE = "_otpguard_marker"
_READING = frozenset({"GET", "HEAD"})
_OURS = ("otpguard.web.", "otpguard.api.")

Target = str | Callable[..., str]
Methods = Sequence[Channel | str] | None
Timeout = timedelta | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A declaration: the checkpoint, what the action is about, whether the view only reads when it
    is asked by a safe method (None: it does not say), and how the codes for it are sent."""

    checkpoint: str
    target: Target = ""
    reads_safely: bool | None = None
    send_options: SendOptions = USUAL

    def target_of(self, request: HttpRequest, kwargs: dict[str, Any]) -> str:
        """What this request is about; a callable target gets the request and the URL's values."""
        return self.target if isinstance(self.target, str) else self.target(request, **kwargs)


def send_options_of(preferred_methods: Methods, fallback_timeout: Timeout) -> SendOptions:
    """How a view wants its codes sent. Raises ImproperlyConfigured for what cannot be."""
    try:
        return send_options(preferred_methods=preferred_methods, fallback_timeout=fallback_timeout)
    except WishError as error:
        raise ImproperlyConfigured(f"otpguard: {error}") from None


def marker_of(callback: Any, view_name: str | None) -> Marker | None:  # noqa: ANN401 (any callable)
    """The marker of a resolved view, or the one that the settings give its name.

    Never one of a view that authenticates by itself (Django REST framework): before it runs
    the caller is unknown (C5). Raises ImproperlyConfigured when the settings name one that has no
    permission of ours.
    """
    by_itself = getattr(callback, "cls", None)
    marker: Marker | None = getattr(callback, ATTRIBUTE, None)
    if marker is None and view_name:
        marker = _mapped(callback, view_name)
        if marker is not None and by_itself is not None and not guards_itself(by_itself):
            raise ImproperlyConfigured(
                f'URL_CHECKPOINTS cannot guard "{view_name}", which finds out by itself who asks:'
                " add RequiresCheckpoint to its permission_classes (otpguard.E041)"
            )
    return marker if by_itself is None else None


def is_never_guarded(callback: Any, view_name: str) -> bool:  # noqa: ANN401 (any callable)
    """True for a view that no name in the settings may close: the ways to log in and out, and our
    own pages and API, which guard themselves and lead to the proof."""
    return _is_ours(callback) or is_login_or_logout(callback, view_name)


def guards_itself(view: Any) -> bool:  # noqa: ANN401 (a class of the framework's)
    """True for a view of Django REST framework with a permission of ours."""
    permissions = getattr(view, "permission_classes", ())
    return any(hasattr(permission, "checkpoint") for permission in permissions)


def reads_only(request: HttpRequest, *, declared: bool | None) -> bool:
    """Whether the view of a request only reads when it is asked by a safe method: what it has
    `declared`, else whether it is under `require_safe`."""
    if declared is not None:
        return declared
    match = request.resolver_match
    return match is not None and methods_of(match.func) == _READING


def methods_of(callback: Any) -> frozenset[str] | None:  # noqa: ANN401 (any callable)
    """The methods to which Django's `require_http_methods` limits a view; None without it."""
    try:
        return _methods_of(callback)
    except TypeError:
        return None  # a callable that cannot be hashed declares nothing


@lru_cache(maxsize=1024)
def _methods_of(callback: Any) -> frozenset[str] | None:  # noqa: ANN401 (any callable)
    for view in wrapped(callback):
        if getattr(view, "__code__", None) in _LIMITS:
            enclosed = dict(zip(view.__code__.co_freevars, view.__closure__, strict=True))
            return frozenset(enclosed["request_method_list"].cell_contents)
    return None


def _mapped(callback: Any, view_name: str) -> Marker | None:  # noqa: ANN401 (any callable)
    mapped = settings().url_checkpoints
    pattern = best_pattern(mapped, view_name) if mapped else None
    if pattern is None or is_never_guarded(callback, view_name):
        return None
    found = mapped[pattern]
    return Marker(checkpoint=found.checkpoint, reads_safely=found.reads_safely)


def _is_ours(callback: Any) -> bool:  # noqa: ANN401 (any callable)
    kind = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    module = str(getattr(kind or callback, "__module__", ""))
    return module.startswith(_OURS)


async def _asynchronous(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _synchronous(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


_LIMITS = frozenset(require_safe(view).__code__ for view in (_synchronous, _asynchronous))
"""The code of what `require_http_methods` puts around a view."""
