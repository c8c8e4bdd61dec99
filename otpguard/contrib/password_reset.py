"""The reset of a forgotten password, over Django's own views.

    path("accounts/", include("otpguard.contrib.password_reset")),

The URL names are Django's own. A project with views of its own puts the mixins before them:

    class Reset(PasswordResetMixin, PasswordResetView): ...
    class NewPassword(PasswordResetConfirmMixin, PasswordResetConfirmView): ...
"""

from __future__ import annotations

from django.urls import path

from otpguard.web.password_reset.guarded_views import (
    AskForReset,
    PasswordResetConfirmMixin,
    PasswordResetMixin,
    PasswordWasSet,
    ResetAsked,
    SetNewPassword,
)

__all__ = ["PasswordResetConfirmMixin", "PasswordResetMixin", "urlpatterns"]

urlpatterns = [
    path("password-reset/", AskForReset.as_view(), name="password_reset"),
    path("password-reset/sent/", ResetAsked.as_view(), name="password_reset_done"),
    path(
        "password-reset/<uidb64>/<token>/", SetNewPassword.as_view(), name="password_reset_confirm"
    ),
    path("password-reset/done/", PasswordWasSet.as_view(), name="password_reset_complete"),
]
