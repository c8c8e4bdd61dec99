"""The requests of `reset_timing`, and a page that leaks on purpose."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.forms import Form
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from otpguard.web.password_reset.guarded_views import AskForReset

HONEST, LEAKY = "/accounts/password-reset/", "/leaky/"


class Leaking(AskForReset):
    """One more query for an account, and for nothing else."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Leak, then go on as the honest page."""
        if form.cleaned_data["email"].startswith("known"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM auth_user WHERE username = %s", ["kim"])
        return super().form_valid(form)


urlpatterns = [
    path("leaky/", Leaking.as_view()),
    path("accounts/", include("otpguard.contrib.password_reset")),
    path("security/", include("otpguard.urls")),
]


def prepare(people: int) -> None:
    """Accounts for all e-mail addresses that begin with "known"."""
    settings.ROOT_URLCONF = __name__  # the process is this benchmark's own
    model, password = get_user_model(), make_password("x" * 12)
    model.objects.bulk_create(
        model(
            username=f"{leak}{number}", email=f"known{leak}{number}@example.com", password=password
        )
        for leak in ("", "leaky", "warm")
        for number in range(people)
    )


def sender(url: str) -> Callable[[str, str], None]:
    """What sends one form, as a browser of its own."""
    client = Client()

    def send(email: str, ip: str) -> None:
        sent = client.post(url, {"email": email}, REMOTE_ADDR=ip)
        if sent.status_code != 303:
            raise RuntimeError(f"{sent.status_code} for {email}: the limits are in the way")

    return send
