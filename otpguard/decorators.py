"""Declare a checkpoint on a view: a decorator for functions, a mixin for classes; and a decorator
for views that need the number of a visitor without an account.

Both mark the view, which the middleware reads before it runs, and both enforce by themselves if
the mark got lost on the way (C6): a decorator without `functools.wraps` above, `method_decorator`
on one method, a viewset's action. `require_before_form` is for the first line of a view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, ClassVar, TypeVar

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.views.generic import View

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import declared
from otpguard.core.decision import Allow
from otpguard.core.facts import SAFE_METHODS
from otpguard.http import guard as door
from otpguard.http.facts import inner_of
from otpguard.http.marker import ATTRIBUTE, Marker, Methods, Target, Timeout, send_options_of
from otpguard.http.uncached import uncached
from otpguard.web.number.claim import enforce_claim

V = TypeVar("V", bound=Callable[..., Any])


def requires_checkpoint(
    checkpoint: str,
    *,
    target: Target = "",
    reads_safely: bool | None = None,
    preferred_methods: Methods = None,
    fallback_timeout: Timeout = None,
) -> Callable[[V], V]:
    """Guard a sync or async function view, or one method of a class by `method_decorator`.

    `target` names what the action is about, as text or as a callable that gets the request and
    the URL's values. Derive it from what the view acts on (A14). `reads_safely=True` says that the
    view only reads when it is asked by GET, HEAD, OPTIONS or TRACE, so that these need no proof of
    their own where the policy binds; `require_safe` says the same. `preferred_methods` and
    `fallback_timeout` say how a code for it is sent: see `otpguard.require`.

    Raises ImproperlyConfigured at import for an unknown checkpoint, naming the nearest, or a
    channel or wait that there is not, and TypeError for a class. While OTPGUARD itself is wrong the
    view is imported and the checks say why; every request to it raises.
    """
    marker = Marker(
        checkpoint=declared(checkpoint),
        target=target,
        reads_safely=reads_safely,
        send_options=send_options_of(preferred_methods, fallback_timeout),
    )

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


def require_before_form(
    request: Any,  # noqa: ANN401 (see otpguard.require)
    checkpoint: str,
    *,
    target: str = "",
    preferred_methods: Methods = None,
    fallback_timeout: Timeout = None,
) -> Allow:
    """Let a view with a form pass `checkpoint` before the form is shown, or raise.

    Call it first in the view. People who are asked to confirm have typed nothing then, so no card
    number has to be typed twice. The sending is guarded as well: a proof that has become too old by
    then is asked for again. `target` is what is known of the action before the form is filled in.

    Showing the form takes any proof that is fresh. Where the policy binds proofs to one action,
    sending takes another, which is bound to what was filled in: use `otpguard.require` alone there.

    Raises as `otpguard.require`.
    """
    safe = inner_of(request).method in SAFE_METHODS
    return door.require(
        request,
        checkpoint,
        target=target,
        reads_safely=True if safe else None,
        preferred_methods=preferred_methods,
        fallback_timeout=fallback_timeout,
    )


def requires_phone_claim(
    checkpoint: str,
    *,
    preferred_methods: Methods = None,
    fallback_timeout: Timeout = None,
    email_first: bool | None = None,
    deferrable: bool = False,
) -> Callable[[V], V]:
    """Guard a sync or async function view for visitors without an account: it runs only with a
    number that this browser has proven for `checkpoint` within half an hour, and not used yet.

    The view finds the claim in `request.phone_claim`; its `number` is masked until `.e164` is read.
    `otpguard.use_phone_claim(request)` uses it up where the number is stored. Without a claim the
    visitor enters a number first, and comes back. `preferred_methods` and `fallback_timeout` say
    how its code is sent: see `otpguard.require`. With `email_first` a visitor of whom nothing is
    known opens a link in an e-mail before that; None leaves it to the setting EMAIL_FIRST. A claim
    is no proof of a person: it says that this browser holds that number, and nothing of any
    account. It is asked for in a trial run too, and where the policy has switched the checkpoint
    off, because the view works with it. `deferrable` lets it run without one while SIGNUP defers.

    Raises ImproperlyConfigured at import for an unknown checkpoint, for one that is not anonymous,
    and for a channel or wait that there is not; TypeError for a class.
    """
    options = send_options_of(preferred_methods, fallback_timeout)
    way: Any = {"email_first": email_first, "deferrable": deferrable}
    name = declared(checkpoint)
    if not checkpoint_named(name).anonymous:
        raise ImproperlyConfigured(
            f'otpguard: "{name}" guards people who are logged in; a phone claim needs a checkpoint'
            ' with "ANONYMOUS": True, such as "signup"'
        )

    def decorate(view: V) -> V:
        if isinstance(view, type):
            raise TypeError(
                "requires_phone_claim is for functions; use method_decorator on a method of"
                f" {view.__name__}"
            )

        enforce = partial(enforce_claim, checkpoint=name, send_options=options, **way)
        wrapped = _async_claim if iscoroutinefunction(view) else _sync_claim
        return wrapped(view, enforce)  # type: ignore[return-value]  # same signature as the view

    return decorate


def _sync_claim(view: Callable[..., Any], enforce: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the view takes and returns)
        refused = enforce(request)
        return refused if refused is not None else uncached(view(request, *args, **kwargs))

    return guarded


def _async_claim(view: Callable[..., Any], enforce: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the view takes and returns)
        refused = await sync_to_async(enforce)(request)
        return refused if refused is not None else uncached(await view(request, *args, **kwargs))

    return guarded


def _sync(view: Callable[..., Any], marker: Marker) -> Callable[..., Any]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the view takes and returns)
        door.enforce(request, marker, kwargs)
        return uncached(view(request, *args, **kwargs))

    return guarded


def _async(view: Callable[..., Any], marker: Marker) -> Callable[..., Any]:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the view takes and returns)
        await sync_to_async(door.enforce)(request, marker, kwargs)
        return uncached(await view(request, *args, **kwargs))

    return guarded


def _declared(view: type[CheckpointRequiredMixin], given: Mapping[str, Any]) -> Marker:
    """What a class declares, but for what is `given` to its `as_view`. Raises
    ImproperlyConfigured."""

    def of(name: str) -> Any:  # noqa: ANN401 (each attribute has its own type)
        return given[name] if name in given else getattr(view, name)

    return Marker(
        checkpoint=declared(of("checkpoint")),
        target=of("checkpoint_target"),
        reads_safely=of("checkpoint_reads_safely"),
        send_options=send_options_of(
            of("checkpoint_preferred_methods"), of("checkpoint_fallback_timeout")
        ),
    )


class CheckpointRequiredMixin(View):
    """Guard every method of a class view: `checkpoint = "billing_change"`.

    `checkpoint_target` is text, or a static method that gets the request and the URL's values;
    `checkpoint_reads_safely` is as for `requires_checkpoint`;
    `checkpoint_preferred_methods` and `checkpoint_fallback_timeout` say how a code is sent, as for
    `otpguard.require`. Each may be given to `as_view` instead. A mistake in any of them raises
    ImproperlyConfigured at import.

    For a form whose guard should wait until the input is valid, call `otpguard.require` in
    `form_valid` instead.
    """

    checkpoint: ClassVar[str] = ""
    checkpoint_target: ClassVar[Target] = ""
    checkpoint_reads_safely: ClassVar[bool | None] = None
    checkpoint_preferred_methods: ClassVar[Methods] = None
    checkpoint_fallback_timeout: ClassVar[Timeout] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401 (whatever a host passes)
        super().__init_subclass__(**kwargs)
        if cls.checkpoint:
            _declared(cls, {})

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:  # noqa: ANN401 (as the class it extends)
        """The view, marked with what the class declares or `initkwargs` declare in its place."""
        view = super().as_view(**initkwargs)
        setattr(view, ATTRIBUTE, _declared(cls, initkwargs))
        return view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the view takes and returns)
        """Enforce, then dispatch as usual."""
        marker = _declared(type(self), vars(self))
        if self.view_is_async:
            return self._dispatch_async(marker, request, *args, **kwargs)
        door.enforce(request, marker, kwargs)
        return uncached(super().dispatch(request, *args, **kwargs))

    async def _dispatch_async(
        self,
        marker: Marker,
        request: HttpRequest,
        *args: Any,  # noqa: ANN401 (the URL's values)
        **kwargs: Any,  # noqa: ANN401 (the URL's values)
    ) -> Any:  # noqa: ANN401 (any response)
        await sync_to_async(door.enforce)(request, marker, kwargs)
        response: Any = super().dispatch(request, *args, **kwargs)
        return uncached(await response)
