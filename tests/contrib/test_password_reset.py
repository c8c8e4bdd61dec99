"""The URLs of a reset are Django's own, and the mixins go before a project's views."""

from __future__ import annotations

from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView

from otpguard.contrib.password_reset import (
    PasswordResetConfirmMixin,
    PasswordResetMixin,
    urlpatterns,
)


def test_the_names_are_those_of_django() -> None:
    assert {each.name for each in urlpatterns} == {
        "password_reset",
        "password_reset_done",
        "password_reset_confirm",
        "password_reset_complete",
    }


def test_the_mixins_fit_before_django_s_views() -> None:
    class Ask(PasswordResetMixin, PasswordResetView):
        pass

    class New(PasswordResetConfirmMixin, PasswordResetConfirmView):
        pass

    assert Ask.form_valid is PasswordResetMixin.form_valid
    assert New.token_generator is PasswordResetConfirmMixin.token_generator
