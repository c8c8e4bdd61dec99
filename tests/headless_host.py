"""A host whose app logs in by allauth's headless API: `ROOT_URLCONF`."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otpguard.api.permissions import RequiresCheckpoint
from otpguard.contrib.allauth_headless import AppSessionAuthentication


class Billing(APIView):
    authentication_classes = [AppSessionAuthentication]
    permission_classes = [IsAuthenticated, RequiresCheckpoint("billing_change")]

    def post(self, request: Request) -> Response:
        return Response({"who": str(request.user.pk)})


urlpatterns = [
    path("billing/", Billing.as_view()),
    path("accounts/", include("otpguard.contrib.allauth_reset")),
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("otpguard.contrib.allauth_headless")),
    path("_allauth/", include("allauth.headless.urls")),
    path("security/", include("otpguard.urls")),
]
