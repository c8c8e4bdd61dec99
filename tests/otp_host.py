"""A host with pages for users verified by django-otp; `ROOT_URLCONF = "tests.otp_host"`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django_otp.admin import OTPAdminSite
from django_otp.decorators import otp_required

from otpguard.checks.project import MIDDLEWARE, OTP
from tests import guarded

otp_admin = OTPAdminSite()
otp_admin.register(User)


@otp_required
def verified_only(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("verified")


def device(request: HttpRequest) -> JsonResponse:
    """The factor that django-otp says has verified the user."""
    found = request.user.otp_device
    return JsonResponse({"device": str(found.pk) if found else ""})


async def device_async(request: HttpRequest) -> JsonResponse:
    """The same, asked from an async view."""
    user: Any = await request.auser()
    found = user.otp_device
    return JsonResponse({"device": str(found.pk) if found else ""})


def middleware(ours: str = OTP) -> list[str]:
    """The tests' middleware with django-otp's place filled by `ours`."""
    names = list(settings.MIDDLEWARE)
    names.insert(names.index(MIDDLEWARE), ours)
    return names


urlpatterns = [
    *guarded.urlpatterns,
    path("verified/", verified_only),
    path("device/", device),
    path("device/async/", device_async),
    path("otp-admin/", otp_admin.urls),
]
