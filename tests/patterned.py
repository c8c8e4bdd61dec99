"""Views in namespaces inside namespaces, and every way to log in and out; a URLconf."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import TemplateView, View
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard import CheckpointRequiredMixin, requires_checkpoint
from otpguard.api.permissions import RequiresCheckpoint


class Backoffice(admin.AdminSite):
    """A site of the host's own, with a login that it has changed."""

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponse("log in to the back office")


backoffice = Backoffice(name="backoffice")


def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("page")


def enter(_request: HttpRequest) -> HttpResponse:
    """The host's own login page, where LOGIN_URL says so."""
    return HttpResponse("enter")


def called_login(_request: HttpRequest) -> HttpResponse:
    """Logs nobody in, whatever it is called."""
    return HttpResponse("called login")


@requires_checkpoint("role_grant")
def silent(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("silent")


@requires_checkpoint("role_grant", reads_safely=True)
def reads(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("reads")


@requires_checkpoint("role_grant", reads_safely=False)
def acts(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("acts")


@require_safe
@requires_checkpoint("role_grant")
def safe_outside(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("safe outside")


@requires_checkpoint("role_grant")
@require_safe
async def safe_inside(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("safe inside")


@requires_checkpoint("role_grant")
@require_POST
def posted(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("posted")


@requires_checkpoint("billing_change")
def unbound(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("unbound")


class Class(CheckpointRequiredMixin):
    checkpoint = "role_grant"

    def get(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponse("class get")


class ReadingClass(Class):
    checkpoint_reads_safely = True

    def post(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponse("class post")


class Api(APIView):
    permission_classes = [RequiresCheckpoint("role_grant")]

    def get(self, _request: Request) -> Response:
        return Response({})


class ReadingApi(APIView):
    permission_classes = [RequiresCheckpoint("role_grant", reads_safely=True)]

    def get(self, _request: Request) -> Response:
        return Response({})

    def post(self, _request: Request) -> Response:
        return Response({})


class BareApi(APIView):
    permission_classes = []

    def get(self, _request: Request) -> Response:
        return Response({})


@api_view(["GET", "POST"])
@permission_classes([RequiresCheckpoint("role_grant")])
def api_function(_request: Request) -> Response:
    return Response({})


class Plain(View):
    def get(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponse("plain")


api = ([path("key/", page, name="key"), path("unnamed/", page)], "api")
partner = (
    [
        path("", page, name="index"),
        path("api/", include(api)),
        path("login/", called_login, name="login"),
        path("logout/", called_login, name="logout"),
    ],
    "partner",
)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("backoffice/", backoffice.urls),
    path("security/", include("otpguard.urls")),
    path("partner/", include(partner)),
    path("accounts/in/", LoginView.as_view(), name="in"),
    path("accounts/again/", never_cache(LoginView.as_view()), name="again"),
    path("accounts/out/", LogoutView.as_view(), name="out"),
    path("enter/", enter, name="enter"),
    path("enter/too/", enter, name="enter-too"),
    path("about/", TemplateView.as_view(), name="about"),
    path("plain/", Plain.as_view(), name="plain"),
    path("bare/", BareApi.as_view(), name="bare"),
    path("binding/silent/", silent, name="silent"),
    path("binding/reads/", reads, name="reads"),
    path("binding/acts/", acts, name="acts"),
    path("binding/safe-outside/", safe_outside, name="safe-outside"),
    path("binding/safe-inside/", safe_inside, name="safe-inside"),
    path("binding/posted/", posted, name="posted"),
    path("binding/unbound/", unbound, name="unbound"),
    path("binding/class/", Class.as_view(), name="class"),
    path("binding/reading-class/", ReadingClass.as_view(), name="reading-class"),
    path("binding/api/", Api.as_view(), name="api"),
    path("binding/reading-api/", ReadingApi.as_view(), name="reading-api"),
    path("binding/api-function/", api_function, name="api-function"),
]
