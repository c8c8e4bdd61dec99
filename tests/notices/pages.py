"""URLs of a host that has the pages which notices lead to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def page(request: HttpRequest, token: str = "") -> HttpResponse:
    """Nobody looks at it."""
    return HttpResponse(token)


_ours = [
    path("", page, name="security"),
    path("email/<str:token>/", page, name="confirm-email"),
]
urlpatterns = [path("security/", include((_ours, "otpguard")))]
