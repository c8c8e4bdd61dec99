"""The smallest project that can host otpguard.

URLs of the servers come from the environment, where `tests.servers` puts them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django

ROOT = Path(__file__).resolve().parent.parent


def _database(url: str) -> dict[str, Any]:
    at = urlsplit(url)
    name = unquote(at.path.removeprefix("/"))
    if at.scheme == "sqlite":
        path = Path(name)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            # Take the write lock at BEGIN: taken later, it fails at once instead of waiting.
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
            # A file, for threads and worker processes have to share it.
            "TEST": {"NAME": str(path.with_name(f"test_{path.name}"))},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(at.username or ""),
        "PASSWORD": unquote(at.password or ""),
        "HOST": at.hostname or "",
        "PORT": str(at.port or ""),
    }


def _redis(url: str, worker: str) -> str:
    """Database 0 for a run without workers, then one for each of gw0, gw1 and so on."""
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    return f"{url}/{number}"


_OWN_DATABASE = (
    f"sqlite:///{ROOT}/var/tests.sqlite3"
    if os.environ.get("OTPGUARD_TEST_DB") == "sqlite"
    else "postgresql://otpguard@127.0.0.1:5432/otpguard"
)
DATABASES = {"default": _database(os.environ.get("OTPGUARD_TEST_DATABASE", _OWN_DATABASE))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _redis(
    os.environ.get("OTPGUARD_TEST_REDIS", "redis://127.0.0.1:6379"),
    os.environ.get("PYTEST_XDIST_WORKER", ""),
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}

# Parallel test workers are told apart by the database number in the URL.
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"

SECRET_KEY = "tests only: nothing in the tests is a secret"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
ROOT_URLCONF = "tests.urls"
WSGI_APPLICATION = None

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "otpguard",
    "tests.paper_list",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "otpguard.middleware.OtpguardMiddleware",
]
TEMPLATES = [
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

SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Fast on purpose: no test is about the cost of a password hash.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/admin/login/"
STATIC_URL = "/static/"
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# E-mail stays in memory, but for a worker process: it writes files where the tests can read them.
_EMAIL_DIRECTORY = os.environ.get("OTPGUARD_TEST_EMAIL", "")
_EMAIL_KIND = "filebased" if _EMAIL_DIRECTORY else "locmem"
_EMAIL_BACKEND = f"django.core.mail.backends.{_EMAIL_KIND}.EmailBackend"
if django.VERSION >= (6, 1):
    _EMAIL_OPTIONS = {"file_path": _EMAIL_DIRECTORY} if _EMAIL_DIRECTORY else {}
    MAILERS = {"default": {"BACKEND": _EMAIL_BACKEND, "OPTIONS": _EMAIL_OPTIONS}}
else:
    EMAIL_BACKEND = _EMAIL_BACKEND
    EMAIL_FILE_PATH = _EMAIL_DIRECTORY

OTPGUARD: dict[str, Any] = {
    "AUDIT_TRIGGERS": False,
    "PROVIDERS": {"memory": {"BACKEND": "otpguard.channels.providers.memory.Memory"}},
}
