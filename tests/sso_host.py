"""The guarded host with single sign-on of ours; `ROOT_URLCONF = "tests.sso_host"`."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.urls import include, path

from tests.guarded import urlpatterns as guarded

urlpatterns = [
    *guarded,
    path("enter/", LoginView.as_view(next_page="/whoami/")),
    path("sso/", include("otpguard.contrib.single_sign_on")),
    path("signals/", include("otpguard.contrib.shared_signals")),
]
