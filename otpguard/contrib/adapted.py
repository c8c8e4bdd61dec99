"""A request of a framework that keeps Django's own, in the form that the guard reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from otpguard.http.intents import FORM_TYPES

NO_PRESENCE = "not by the web session"
"""What `auth` says of a call that a browser's cookie alone does not vouch for."""


@dataclass
class AdaptedRequest:
    """Django's request with what the framework knows of it.

    `auth` is None where the web session says who asks. With anything else no proof from a browser
    counts. `data` is what a proof is bound to where the caller names no body.
    """

    _request: HttpRequest
    auth: Any = None
    data: Any = ""

    @property
    def user(self) -> Any:  # noqa: ANN401 (the host's own user model)
        """Who asks, as Django's request says."""
        return self._request.user


def content_of(request: HttpRequest) -> dict[str, Any]:
    """What was sent: the fields and files of a form, else a digest of the body's bytes."""
    if request.method == "POST" and request.content_type in FORM_TYPES:
        fields = {name: request.POST.getlist(name) for name in request.POST}
        files = {name: request.FILES.getlist(name) for name in request.FILES}
        return {"fields": fields, "files": files}
    return {"type": str(request.content_type), "body": hashlib.sha256(request.body).hexdigest()}


def is_safe_from_other_sites(request: HttpRequest) -> bool:
    """True for a call that no page of another site can make a browser send with its cookie: Django
    has checked its CSRF token, or a browser would have asked first, as it does before JSON."""
    checked = bool(getattr(request, "csrf_processing_done", False))
    return checked or request.content_type == "application/json"
