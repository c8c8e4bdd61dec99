"""Guarded views with Django's page cache inside and outside the guard; a URLconf."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from django.views.generic import View
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard import CheckpointRequiredMixin, require, requires_checkpoint
from otpguard.api.permissions import RequiresCheckpoint

CHECKPOINT = "billing_change"
stored = cache_page(600)


def secret_of(request: Any) -> str:
    """What only this person may read."""
    return f"the plan of {request.user}"


@stored
def asks_inside(request: HttpRequest) -> HttpResponse:
    require(request, CHECKPOINT)
    return HttpResponse(secret_of(request))


class Later(SimpleTemplateResponse):
    """Rendered after the view has returned, as every class view of Django's is."""

    def resolve_template(self, template: Any) -> Any:
        return engines["django"].from_string("{{ secret }}")


@stored
def renders_later(request: HttpRequest) -> HttpResponse:
    require(request, CHECKPOINT)
    return Later("", {"secret": secret_of(request)})


@stored
@requires_checkpoint(CHECKPOINT)
def outside(request: HttpRequest) -> HttpResponse:
    return HttpResponse(secret_of(request))


@requires_checkpoint(CHECKPOINT)
@stored
def inside(request: HttpRequest) -> HttpResponse:
    return HttpResponse(secret_of(request))


@requires_checkpoint(CHECKPOINT)
@stored
async def async_inside(request: HttpRequest) -> HttpResponse:
    return HttpResponse(secret_of(request))


@stored
@requires_checkpoint(CHECKPOINT)
async def async_outside(request: HttpRequest) -> HttpResponse:
    return HttpResponse(secret_of(request))


@stored
def mapped(request: HttpRequest) -> HttpResponse:
    """Guarded by its name in the settings."""
    return HttpResponse(secret_of(request))


@method_decorator(stored, name="dispatch")
class OutsideMixin(CheckpointRequiredMixin):
    checkpoint = CHECKPOINT

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(secret_of(request))


class InsideMixin(CheckpointRequiredMixin):
    checkpoint = CHECKPOINT

    @method_decorator(stored)
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(secret_of(request))


class OnMethod(View):
    @method_decorator(stored)
    @method_decorator(requires_checkpoint(CHECKPOINT))
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(secret_of(request))


class InsideApi(APIView):
    permission_classes = [IsAuthenticated, RequiresCheckpoint(CHECKPOINT)]

    @method_decorator(stored)
    def get(self, request: Request) -> Response:
        return Response({"secret": secret_of(request)})


@method_decorator(stored, name="dispatch")
class OutsideApi(APIView):
    permission_classes = [IsAuthenticated, RequiresCheckpoint(CHECKPOINT)]

    def get(self, request: Request) -> Response:
        return Response({"secret": secret_of(request)})


class AskingApi(APIView):
    permission_classes = [IsAuthenticated]

    @method_decorator(stored)
    def get(self, request: Request) -> Response:
        require(request, CHECKPOINT)
        return Response({"secret": secret_of(request)})


def plain(request: HttpRequest) -> HttpResponse:
    """Guarded by nothing."""
    return HttpResponse(f"{request.GET.get('n', '')} open to all")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("security/", include("otpguard.urls")),
    path("asks-inside/", asks_inside),
    path("renders-later/", renders_later),
    path("outside/", outside),
    path("inside/", inside),
    path("async-inside/", async_inside),
    path("async-outside/", async_outside),
    path("mapped/", mapped, name="mapped"),
    path("outside-mixin/", OutsideMixin.as_view()),
    path("inside-mixin/", InsideMixin.as_view()),
    path("on-method/", OnMethod.as_view()),
    path("inside-api/", InsideApi.as_view()),
    path("outside-api/", OutsideApi.as_view()),
    path("asking-api/", AskingApi.as_view()),
    path("plain/", plain),
    path("stored-plain/", stored(plain)),
]

GUARDED = [
    "/asks-inside/",
    "/renders-later/",
    "/outside/",
    "/inside/",
    "/async-inside/",
    "/async-outside/",
    "/mapped/",
    "/outside-mixin/",
    "/inside-mixin/",
    "/on-method/",
    "/inside-api/",
    "/outside-api/",
    "/asking-api/",
]
