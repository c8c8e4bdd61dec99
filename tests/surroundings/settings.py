"""Settings of a scratch host: those of the plainest project, changed by what surrounds it.

Where it is, and in which surrounding, stands in the environment: see `tests.surroundings.stage`.
"""

from __future__ import annotations

import os
from typing import Any

from tests.settings import _database
from tests.surroundings.table import BY_NAME

SURROUNDING = BY_NAME[os.environ["OTPGUARD_SURROUNDING"]]
FOLDER = os.environ["OTPGUARD_SURROUNDING_FOLDER"]
SECRET_KEY = "a scratch host: nothing in it is a secret"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.surroundings.host"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "otpguard",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "otpguard.middleware.EnrollmentMiddleware",
    "otpguard.middleware.OtpguardMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
DATABASES = {
    name: _database(url)
    for name, _, url in (
        each.partition("=") for each in os.environ["OTPGUARD_SURROUNDING_DATABASES"].split()
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "keys"
STATIC_URL = "/static/"
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"all": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["all"], "level": "WARNING"},
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
CELERY_BROKER_URL = os.environ.get("OTPGUARD_SURROUNDING_BROKER", "memory://")
CELERY_TASK_DEFAULT_QUEUE = f"surroundings-{SURROUNDING.name}"
CELERY_TASK_ALWAYS_EAGER = not SURROUNDING.worker
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
OTPGUARD: dict[str, Any] = {
    "PROVIDERS": {
        "inbox": {
            "BACKEND": "otpguard.channels.providers.inbox.Inbox",
            "OPTIONS": {"folder": f"{FOLDER}/inbox"},
        }
    }
}

for _name, _value in SURROUNDING.settings.items():
    globals()[_name] = _value
for _alias, _changes in SURROUNDING.databases.items():
    _options = {**DATABASES[_alias].get("OPTIONS", {}), **_changes.get("OPTIONS", {})}
    DATABASES[_alias] = {**DATABASES[_alias], **_changes, "OPTIONS": _options}
INSTALLED_APPS = [*SURROUNDING.apps, *INSTALLED_APPS]
for _name, _value in SURROUNDING.later.items():
    if os.environ.get("OTPGUARD_SURROUNDING_LATER"):
        globals()[_name] = _value
