"""allauth's pages for a forgotten password, guarded: the same URLs, with a factor beside the link.

    path("accounts/", include("otpguard.contrib.allauth_reset")),  # before allauth's own
    path("accounts/", include("allauth.urls")),

The URL names are allauth's, so its templates link here. Links and codes that allauth itself made
open nothing. allauth's headless API has no place for a factor: switch its reset off.
"""

from __future__ import annotations

from django.urls import path, re_path, reverse_lazy

from otpguard.web.password_reset.guarded_views import (
    AskForReset,
    PasswordWasSet,
    ResetAsked,
    SetNewPassword,
)
from otpguard.web.password_reset.steps import link_is_gone

CONFIRM = "otpguard_allauth_reset"
_ASK = {"ask_url": reverse_lazy("account_reset_password")}

urlpatterns = [
    path(
        "password/reset/",
        AskForReset.as_view(
            confirm_url_name=CONFIRM, success_url=reverse_lazy("account_reset_password_done")
        ),
        name="account_reset_password",
    ),
    path(
        "password/reset/done/",
        ResetAsked.as_view(extra_context=_ASK),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/key/done/",
        PasswordWasSet.as_view(),
        name="account_reset_password_from_key_done",
    ),
    path(
        "password/reset/key/<uidb64>/<token>/",
        SetNewPassword.as_view(
            success_url=reverse_lazy("account_reset_password_from_key_done"), extra_context=_ASK
        ),
        name=CONFIRM,
    ),
    re_path(r"^password/reset/(?:key/.+|confirm/|complete/)$", link_is_gone),
]
