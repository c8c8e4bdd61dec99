"""Declare a checkpoint on a view: a decorator for functions, a mixin for classes.

Both mark the view, which the middleware reads before it runs, and both enforce by themselves if
the mark got lost on the way (C6): a decorator without `functools.wraps` above, `method_decorator`
on one method, a viewset's action.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ClassVar, TypeVar

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.views.generic import View

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.http import guard as door
from otpguard.http.marker import ATTRIBUTE, Marker, Target

V = TypeVar("V", bound=Callable[..., Any])


def requires_checkpoint(
    checkpoint: str, *, target: Target = "", binds: bool | None = None
) -> Callable[[V], V]:
    """Guard a sync or async function view, or one method of a class by `method_decorator`.

    `target` names what the action is about, as text or as a callable that gets the request and
    the URL's values. Derive it from what the view acts on (A14). `binds=True` makes a GET, such
    as a download, use up a bound proof as well.

    Raises ImproperlyConfigured at import for an unknown checkpoint, naming the nearest, and
    TypeError for a class.
    """
    checkpoint_named(checkpoint)
    marker = Marker(checkpoint=checkpoint, target=target, binds=binds)

    def decorate(view: V) -> V:
        if isinstance(view, type):
            raise TypeError(
                f"requires_checkpoint is for functions; let {view.__name__} inherit from"
                " CheckpointRequiredMixin"
            )
        guarded = _async(view, marker) if iscoroutinefunction(view) else _sync(view, marker)
        setattr(guarded, ATTRIBUTE, marker)
        return guarded  # type: ignore[return-value]  # same signature as the view

    return decorate


def _sync(view: Callable[..., Any], marker: Marker) -> Callable[..., Any]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        enforce(request, marker, kwargs)
        return view(request, *args, **kwargs)

    return guarded


def _async(view: Callable[..., Any], marker: Marker) -> Callable[..., Any]:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        await sync_to_async(enforce)(request, marker, kwargs)
        return await view(request, *args, **kwargs)

    return guarded


def enforce(request: HttpRequest, marker: Marker, kwargs: dict[str, Any]) -> None:
    """Guard this request unless it has passed already. Raises RequestRefused."""
    door.require(
        request,
        marker.checkpoint,
        target=marker.target_of(request, kwargs),
        binds=marker.binds,
        early=True,
    )


class CheckpointRequiredMixin(View):
    """Guard every method of a class view: `checkpoint = "billing_change"`.

    `checkpoint_target` is text, or a static method that gets the request and the URL's values.
    For a form whose guard should wait until the input is valid, call `otpguard.require` in
    `form_valid` instead.
    """

    checkpoint: ClassVar[str] = ""
    checkpoint_target: ClassVar[Target] = ""
    checkpoint_binds: ClassVar[bool | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401 (whatever a host passes)
        super().__init_subclass__(**kwargs)
        if cls.checkpoint:
            checkpoint_named(cls.checkpoint)
            marker = Marker(
                checkpoint=cls.checkpoint,
                target=cls.checkpoint_target,
                binds=cls.checkpoint_binds,
            )
            setattr(cls, ATTRIBUTE, marker)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Enforce, then dispatch as usual."""
        marker = Marker(
            checkpoint=self.checkpoint,
            target=type(self).checkpoint_target,
            binds=self.checkpoint_binds,
        )
        if self.view_is_async:
            return self._dispatch_async(marker, request, *args, **kwargs)
        enforce(request, marker, kwargs)
        return super().dispatch(request, *args, **kwargs)

    async def _dispatch_async(
        self,
        marker: Marker,
        request: HttpRequest,
        *args: Any,  # noqa: ANN401 (the URL's values)
        **kwargs: Any,  # noqa: ANN401 (the URL's values)
    ) -> Any:  # noqa: ANN401 (any response)
        await sync_to_async(enforce)(request, marker, kwargs)
        response: Any = super().dispatch(request, *args, **kwargs)
        return await response
