"""A host's project on disk: settings, URLs, and the app `people` with its user model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT

SETTINGS = """
SECRET_KEY = "for a moment, and of no use to anybody else"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "project_urls"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles",
    "rest_framework", "django_otp", "otpguard", *{apps},
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "otpguard.middleware.EnrollmentMiddleware",
    "otpguard.middleware.OtpguardMiddleware",
]
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {{"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]}},
}}]
DATABASES = {{"default": {{
    "ENGINE": "django.db.backends.sqlite3", "NAME": "people.sqlite3",
    "OPTIONS": {{"transaction_mode": "IMMEDIATE", "timeout": 20}},
}}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
AUTH_USER_MODEL = "{model}"
LOGIN_URL = "/admin/login/"
STATIC_URL = "/static/"
USE_TZ = True
OTPGUARD = {{"PROVIDERS": {{"memory": {{"BACKEND": "otpguard.channels.providers.memory.Memory"}}}}}}
"""

URLS = """
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.urls import include, path
from otpguard import requires_checkpoint

if get_user_model() is not User:
    admin.site.register(get_user_model())


@requires_checkpoint("billing_change", target="the plan")
def billing(request):
    return HttpResponse(f"plan: {request.POST.get('plan', 'none')}")


urlpatterns = [
    path("billing/", billing),
    path("security/", include("otpguard.urls")),
    path("admin/", admin.site.urls),
]
"""


def write_project(home: Path, source: str) -> None:
    """Write a project with this user model; `source` is empty for Django's own."""
    model, apps = ("people.User", ["people"]) if source else ("auth.User", [])
    if source:
        (home / "people").mkdir()
        (home / "people" / "__init__.py").touch()
        (home / "people" / "models.py").write_text(source, encoding="utf-8")
    settings = SETTINGS.format(model=model, apps=apps)
    (home / "project.py").write_text(settings, encoding="utf-8")
    (home / "project_urls.py").write_text(URLS, encoding="utf-8")


def run_in(home: Path, module: str) -> list[str]:
    """Run a module of the tests in the project; the JSON list that it prints last."""
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-m", module],
        cwd=home,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "project",
            "PYTHONPATH": f"{home}{os.pathsep}{ROOT}",
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found
