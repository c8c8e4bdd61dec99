"""Guard an API view: `permission_classes = [IsAuthenticated, RequiresCheckpoint("api_key")]`.

The framework authenticates inside the view, so this is where it is known who asks (C5). A refusal
is raised past the framework; the middleware answers it after the view's transaction has ended.
"""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from otpguard.conf import declared
from otpguard.http import guard as door
from otpguard.http.marker import Methods, Target, Timeout, send_options_of

_ASKED = "_otpguard_asked"


class RequiresCheckpoint:
    """A permission for one checkpoint. Instances are called by the framework like a class.

    `target` is text or a callable that gets the request and the URL's values. For
    `reads_safely`, `preferred_methods` and `fallback_timeout` see `otpguard.require`. Raises
    ImproperlyConfigured at import for an unknown checkpoint, or a channel or wait that there is
    not.
    """

    def __init__(
        self,
        checkpoint: str,
        *,
        target: Target = "",
        reads_safely: bool | None = None,
        preferred_methods: Methods = None,
        fallback_timeout: Timeout = None,
    ) -> None:
        send_options_of(preferred_methods, fallback_timeout)
        self.checkpoint = declared(checkpoint)
        self.preferred_methods = preferred_methods
        self.fallback_timeout = fallback_timeout
        self.target = target
        self.reads_safely = reads_safely

    def __call__(self) -> BasePermission:
        return _Guarded(self)

    def let_pass(self, request: Request, target: str) -> None:
        """Let the request pass, or raise RequestRefused."""
        door.require(
            request,
            self.checkpoint,
            target=target,
            reads_safely=self.reads_safely,
            preferred_methods=self.preferred_methods,
            fallback_timeout=self.fallback_timeout,
        )


class _Guarded(BasePermission):
    def __init__(self, declared: RequiresCheckpoint) -> None:
        self._declared = declared

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ANN401 (any view)
        """True when the request may pass. Raises RequestRefused, which the middleware answers."""
        asked = view.__dict__.setdefault(_ASKED, set())
        if self._declared in asked and request.method != request._request.method:  # noqa: SLF001 (the framework's own request)
            # The framework asks "what if" for OPTIONS and its forms (A15): no request, no answer.
            # It does so after the request itself, whose method a host may have overridden.
            return True
        asked.add(self._declared)
        declared = self._declared
        target = (
            declared.target
            if isinstance(declared.target, str)
            else declared.target(request, **view.kwargs)
        )
        declared.let_pass(request, target)
        return True
