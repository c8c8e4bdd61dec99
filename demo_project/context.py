"""What the frame of every page shows: links, and the tenants to switch between."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from demo_project import tenancy

PAGES = (
    ("tour", "Tour"),
    ("contacts", "Contacts"),
    ("keys", "API keys"),
    ("members", "Members"),
    ("billing", "Billing"),
    ("audit", "Audit log"),
    ("password", "Password"),
)

SIGNED_OUT = (("tour", "Tour"), ("signup", "Sign up"), ("attack", "Attack"))


def frame(request: HttpRequest) -> dict[str, Any]:
    """The links, and of who is logged in the tenants and the one the page is about."""
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return {
            "links": [
                (reverse("tour"), "Tour"),
                (reverse("signup"), "Sign up"),
                (reverse("attack"), "Attack"),
            ]
        }
    return {
        "links": [(reverse(name), label) for name, label in PAGES],
        "membership": tenancy.current(request),
        "memberships": tenancy.memberships_of(request.user).order_by("tenant__name"),
    }
