"""Settings of the demo. For trying things out on one machine; never for production.

Everything that is written lies in one folder, `var/demo`, or where OTPGUARD_DEMO_VAR points.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django

from demo_project import broker
from demo_project.secret import secret_key

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("OTPGUARD_DEMO_VAR") or ROOT / "var" / "demo").resolve()
BROKER = VAR / "broker"
INBOX = VAR / "inbox"

SECRET_KEY = secret_key(VAR / "secret_key")
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "demo_project.urls"
WSGI_APPLICATION = None

INSTALLED_APPS = [
    "demo_project.apps.DemoConfig",  # first, so that its templates may refine otpguard's
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_otp",
    "otpguard",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "demo_project.middleware.strict_content_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "demo_project.middleware.OwnNotFound",
    "demo_project.progress.note_visits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "otpguard.middleware.EnrollmentMiddleware",
    "otpguard.middleware.LoginMiddleware",
    "otpguard.middleware.OtpguardMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "demo_project.context.frame",
            ],
        },
    }
]

# --- SQLite for web and worker at once: WAL, and the write lock taken at BEGIN ------------------
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(VAR / "db.sqlite3"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- A real worker without a server: the queue is a folder --------------------------------------
CELERY_BROKER_URL = broker.register()
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(BROKER / "queue"),
    "data_folder_out": str(BROKER / "queue"),
    "control_folder": str(BROKER / "control"),
    "polling_interval": 0.1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = "UTC"

# --- otpguard -----------------------------------------------------------------------------------
# Documentation ranges only; a real site names files with real data (docs/pumping.md).
_NETWORK_FILES = [str(Path(__file__).with_name("network.mmdb"))] if find_spec("maxminddb") else []
OTPGUARD: dict[str, Any] = {
    "BRAND": "Acme CRM",
    "LOGO": "demo/icon.svg",
    "NETWORK_FILES": _NETWORK_FILES,
    "RELEASES": {"JOBS": {"contacts": {"RUN": "demo_project.exports.contacts"}}},
    # A minute in place of an hour, so that the wait can be watched.
    "POLICY_DEFAULTS": {
        "data_export": {"hold": 60},
        "login": {"active": True},
        "account_closure": {"active": True, "hold": 60},
        # A code in place of a passkey, so that the message can be read that names the payment.
        "transaction_flow": {"active": True, "required_level": "AAL2"},
    },
    "POLICY_FLOOR": {"data_export": {"hold": 60}, "account_closure": {"hold": 60}},
    "API_KEYS": {
        "PREFIX": "acme",
        "SCOPES": {"read": "Read contacts", "write": "Read and change contacts"},
    },
    "SENSITIVE_MODELS": ["demo.ApiKey", "demo.Deal", "demo.PaymentMethod"],
    # Above what a new device alone is worth, so that cards can be tried in any browser.
    "LOGIN_RISK": {"MODE": "enforce", "ASK_FROM": 60},
    "PROVIDERS": {
        "inbox": {
            "BACKEND": "otpguard.channels.providers.inbox.Inbox",
            "OPTIONS": {"folder": str(INBOX)},
        },
    },
}

# --- Files of exports: in a folder of their own, which nothing serves -----------------------------
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "releases": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR / "releases")},
    },
}

# --- people -------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "tour"
LOGOUT_REDIRECT_URL = "tour"
SESSION_COOKIE_NAME = "acme_session"
CSRF_COOKIE_NAME = "acme_csrf"

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
}

# --- language, time, files ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"

_EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": _EMAIL_BACKEND, "OPTIONS": {"file_path": str(VAR / "email")}}}
else:
    EMAIL_BACKEND = _EMAIL_BACKEND
    EMAIL_FILE_PATH = str(VAR / "email")

# --- what is said where: requests into a file, mistakes also onto the terminal -------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "web": {
            "class": "logging.FileHandler",
            "filename": str(VAR / "web.log"),
            "delay": True,
            "formatter": "line",
        },
        "terminal": {"class": "logging.StreamHandler", "level": "ERROR", "formatter": "line"},
    },
    "loggers": {
        name: {"handlers": ["web", "terminal"], "level": "INFO", "propagate": False}
        for name in ("django", "django.server", "otpguard")
    },
}
