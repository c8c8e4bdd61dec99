"""Views that are called with access tokens; `ROOT_URLCONF = "tests.token_host"`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard.contrib.access_tokens import (
    AccessTokenAuthentication,
    RequiresCheckpointByToken,
    requires_access_token,
)


class Billing(APIView):
    authentication_classes = [AccessTokenAuthentication, SessionAuthentication]
    permission_classes = [RequiresCheckpointByToken("billing_change", browser_url="/money/")]

    def get(self, request: Request) -> Response:
        return Response({"who": str(request.user.pk)})

    def post(self, request: Request) -> Response:
        return Response({"who": str(request.user.pk)})


@requires_access_token("billing_change", browser_url="/money/")
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user.pk} by {request.access_token.client}")


@requires_access_token("billing_change", target=lambda request, name: f"plan {name}")
async def later(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"{name} of {request.user.pk}")


urlpatterns = [
    path("billing/", Billing.as_view()),
    path("plain/", plain),
    path("later/<name>/", later),
    path("security/", include("otpguard.urls")),
]
