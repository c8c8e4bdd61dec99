"""A host with our reset pages whose API sets passwords too, under the names of allauth's headless
one: `ROOT_URLCONF`. `tests.open_headless_host` is the same with the package itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def reset(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


_headless = ([path("reset/", reset, name="reset_password")], "headless")

urlpatterns = [
    path("reset/<token>/", reset, name="password_reset_confirm"),
    path("_allauth/", include(_headless)),
    path("security/", include("otpguard.urls")),
]
