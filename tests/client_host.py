"""Views that an app calls with tokens of its login; `ROOT_URLCONF = "tests.client_host"`."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
)

from otpguard import require
from otpguard.api.permissions import RequiresCheckpoint
from otpguard.contrib.simplejwt import (
    LoginTokenAuthentication,
    LoginTokenObtainPairSerializer,
    LoginTokenRefreshSerializer,
)

ran: list[str] = []


class Billing(APIView):
    authentication_classes = [LoginTokenAuthentication]
    permission_classes = [IsAuthenticated, RequiresCheckpoint("billing_change", target="plan")]

    def post(self, request: Request) -> Response:
        ran.append("billing")
        return Response({"who": str(request.user.pk)})


class Pay(APIView):
    authentication_classes = [LoginTokenAuthentication]
    permission_classes = [IsAuthenticated]

    def post(self, request: Request) -> Response:
        require(request, "api_key", body={"amount": request.data["amount"]})
        ran.append(f"pay {request.data['amount']}")
        return Response({})


urlpatterns = [
    path("token/", TokenObtainPairView.as_view(serializer_class=LoginTokenObtainPairSerializer)),
    path("token/refresh/", TokenRefreshView.as_view(serializer_class=LoginTokenRefreshSerializer)),
    path("token/blacklist/", TokenBlacklistView.as_view()),
    path("billing/", Billing.as_view()),
    path("pay/", Pay.as_view()),
    path("security/", include("otpguard.urls")),
]
