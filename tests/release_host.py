"""A host that exports: views that ask for files, guarded in both ways there are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from otpguard import ask_release, record_read, requires_checkpoint
from tests import guarded


@requires_checkpoint("data_export", target="all people")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """As the docs show it."""
    release = ask_release(request, "people", {"city": request.POST.get("city", "")})
    return redirect("otpguard:release", release.pk)


@require_POST
def bare(request: HttpRequest) -> HttpResponse:
    """A view whose author forgot the guard."""
    return HttpResponse(str(ask_release(request, "people").pk))


def reading(request: HttpRequest) -> HttpResponse:
    """Looks at the data of others."""
    return HttpResponse(str(record_read(request, "people", rows=2, filters={"q": "a"})))


urlpatterns = [
    *guarded.urlpatterns,
    path("people/export/", export),
    path("people/bare/", bare),
    path("people/", reading),
]
