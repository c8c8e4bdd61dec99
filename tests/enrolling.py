"""A host that enforces enrollment: `tests.guarded` with a Security page and a banner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone
from django.views.static import serve

from otpguard.models import EnrollmentRule, Tenant
from otpguard.urls import urlpatterns as ours
from tests import guarded

SECURITY = "/security/"
BANNER = "{% load otpguard %}{% otpguard_banner %}"


def security(_request: HttpRequest) -> HttpResponse:
    """Stands in for the page where factors are enrolled."""
    return HttpResponse("your factors")


def home(request: HttpRequest) -> HttpResponse:
    """An ordinary page with the banner on it."""
    return HttpResponse(engines["django"].from_string(BANNER).render({}, request))


async def slow(_request: HttpRequest) -> HttpResponse:
    """An ordinary async page."""
    return HttpResponse("done: slow")


def ordinary(_request: HttpRequest) -> HttpResponse:
    """Any other page."""
    return HttpResponse("done: ordinary")


urlpatterns = [
    *[route for route in guarded.urlpatterns if str(route.pattern) != SECURITY[1:]],
    path("security/", include(([*ours, path("", security, name="security")], "otpguard"))),
    path("home/", home, name="home"),
    path("slow/", slow, name="slow"),
    path("help/", include(([path("", ordinary, name="index")], "help"))),
    path("terms/", ordinary, name="terms"),
    path("enter/", ordinary, name="enter"),
    path("bye/", LogoutView.as_view(), name="bye"),
    path("leave/", ordinary, name="logout"),
    path("media/<path:path>", serve, {"document_root": "/nowhere"}),
]


def enforce(settings: Any, **ours: Any) -> None:
    """Add the middleware and these pages; `ours` are more settings of otpguard."""
    settings.ROOT_URLCONF = "tests.enrolling"
    settings.OTPGUARD = {**settings.OTPGUARD, **ours}
    guard = "otpguard.middleware.OtpguardMiddleware"
    at = settings.MIDDLEWARE.index(guard)
    enrollment = "otpguard.middleware.EnrollmentMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:at], enrollment, *settings.MIDDLEWARE[at:]]


def rule(
    tenant: Tenant | None,
    role: str = "",
    *,
    level: int | None = None,
    started: timedelta = timedelta(days=30),
    grace_days: int = 14,
    now: datetime | None = None,
) -> EnrollmentRule:
    """A rule that began `started` ago, by INSERT past every flow, before anything is cached."""
    return EnrollmentRule.objects.create(
        tenant=tenant,
        role=role,
        level=level,
        starts_at=(now or timezone.now()) - started,
        grace_days=grace_days,
    )


def joined(member: Any, ago: timedelta) -> Any:
    """The membership, made to have begun `ago` before now."""
    type(member).objects.filter(pk=member.pk).update(created_at=timezone.now() - ago)
    member.refresh_from_db()
    return member
