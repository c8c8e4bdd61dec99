"""A project with mistakes in OTPGUARD starts by listing them all, whatever was imported first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from otpguard import requires_checkpoint
from otpguard.api.permissions import RequiresCheckpoint
from tests.bare import run_bare

URLS = """
from django.http import HttpResponse
from django.urls import include, path
from otpguard import CheckpointRequiredMixin, requires_checkpoint
from otpguard.api.permissions import RequiresCheckpoint

@requires_checkpoint("payout")
def pay(request):
    return HttpResponse("paid")

class Pay(CheckpointRequiredMixin):
    checkpoint = "payout"

asked = RequiresCheckpoint("payout")

urlpatterns = [
    path("pay/", pay), path("class/", Pay.as_view()), path("open/", lambda _: HttpResponse("open")),
    path("security/", include("otpguard.urls")),
]
"""
MISTAKEN: dict[str, Any] = {
    "BRANDD": "Acme",
    "PRESET": "loose",
    "CHECKPOINTS": {"payout": {"LABLE": "Pay out"}, "api_key": {}},
    "PROVIDERS": {"sms": {"BACKEND": "x.Y", "OPTION": {}}, "backup": {}},
}
SAID = (
    '(otpguard.E001) A key of OTPGUARD is not known. unknown key "BRANDD", did you mean "BRAND"?',
    "(otpguard.E002) A value of OTPGUARD has the wrong form. PRESET: must be one of",
    'CHECKPOINTS: payout: unknown "LABLE", did you mean "LABEL"?',
    'CHECKPOINTS: "api_key" is built in',
    'PROVIDERS: sms: unknown "OPTION", did you mean "OPTIONS"?',
    "PROVIDERS: backup: needs a BACKEND",
)
CHECK = """
import pages  # first, as a server does
from django.core.management import call_command
from django.core.management.base import SystemCheckError
try:
    call_command("check")
except SystemCheckError as error:
    print(error)
"""
ASK = """
from django.test import Client
for path in ("/open/", "/pay/", "/class/"):
    print(Client(raise_request_exception=False).get(path).status_code)
"""
PROJECT: dict[str, Any] = {
    "ROOT_URLCONF": "pages",
    "ALLOWED_HOSTS": ["testserver"],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "otpguard.middleware.OtpguardMiddleware",
    ],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "pages.py").write_text(URLS, encoding="utf-8")
    return tmp_path


def test_every_mistake_is_a_numbered_line_though_a_decorated_view_is_imported_first(
    home: Path,
) -> None:
    printed, log = run_bare(home, CHECK, otpguard=MISTAKEN, more=PROJECT)
    assert [line for line in SAID if line not in printed] == []
    assert "Traceback" not in printed + log


def test_what_is_guarded_stays_closed_until_the_mistakes_are_mended(home: Path) -> None:
    printed, log = run_bare(home, ASK, otpguard=MISTAKEN, more=PROJECT)
    _, by_function, by_class = printed.split()
    assert (by_function, by_class) == ("500", "500")
    assert all(line.partition("known. ")[2] in log for line in SAID[:1])


def test_with_settings_in_order_a_checkpoint_that_is_not_known_is_refused_at_import() -> None:
    for declare in (requires_checkpoint, RequiresCheckpoint):
        with pytest.raises(ImproperlyConfigured, match='did you mean "api_key"'):
            declare("apikey")
