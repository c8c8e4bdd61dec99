"""What the frame of every page shows: the organizations to switch between."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from demo_project import tenancy


def frame(request: HttpRequest) -> dict[str, Any]:
    """The person's organizations and the one the page is about."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    return {
        "membership": tenancy.current(request),
        "memberships": tenancy.memberships_of(request.user).order_by("tenant__name"),
    }
