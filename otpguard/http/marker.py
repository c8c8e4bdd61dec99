"""Markers: how a view declares its checkpoint, and how the middleware finds the declaration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.sending import USUAL, Sending, sending
from otpguard.core.wishes import WishError

ATTRIBUTE = "_otpguard_marker"

Target = str | Callable[..., str]
Methods = Sequence[Channel | str] | None
Timeout = timedelta | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A declaration: the checkpoint, what the action is about, whether GET binds as well, and how
    the codes for it are sent."""

    checkpoint: str
    target: Target = ""
    binds: bool | None = None
    sending: Sending = USUAL

    def target_of(self, request: HttpRequest, kwargs: dict[str, Any]) -> str:
        """What this request is about; a callable target gets the request and the URL's values."""
        return self.target if isinstance(self.target, str) else self.target(request, **kwargs)


def sending_of(preferred_methods: Methods, fallback_timeout: Timeout) -> Sending:
    """How a view wants its codes sent. Raises ImproperlyConfigured for what cannot be."""
    try:
        return sending(preferred_methods=preferred_methods, fallback_timeout=fallback_timeout)
    except WishError as error:
        raise ImproperlyConfigured(f"otpguard: {error}") from None


def marker_of(callback: Any, view_name: str | None) -> Marker | None:  # noqa: ANN401 (any callable)
    """The marker of a resolved view, or the one that the settings give its name.

    Never one of a view that authenticates by itself (Django REST framework): before it runs
    nobody knows who asks (C5). Raises ImproperlyConfigured when the settings name one that has no
    permission of ours.
    """
    by_itself = getattr(callback, "cls", None)
    marker: Marker | None = getattr(callback, ATTRIBUTE, None)
    if marker is None:
        mapped = settings().url_checkpoints
        if mapped and view_name:
            marker = _mapped(mapped, view_name)
            if marker is not None and by_itself is not None:
                _check_guards_itself(by_itself, view_name)
    return marker if by_itself is None else None


def _check_guards_itself(view: Any, name: str) -> None:  # noqa: ANN401 (a class of the framework's)
    """Rather no answer than one that nobody guarded."""
    permissions = getattr(view, "permission_classes", ())
    if not any(hasattr(permission, "checkpoint") for permission in permissions):
        raise ImproperlyConfigured(
            f'URL_CHECKPOINTS cannot guard "{name}", which finds out by itself who asks: add'
            " RequiresCheckpoint to its permission_classes"
        )


def _mapped(mapped: Any, view_name: str) -> Marker | None:  # noqa: ANN401 (a mapping of the settings)
    slug = mapped.get(view_name) or mapped.get(f"{view_name.rpartition(':')[0]}:*")
    return Marker(checkpoint=slug) if slug else None
