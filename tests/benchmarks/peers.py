"""The project of `benchmarks.verify`: a vendor in memory, and django-otp's devices beside."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.settings import *  # noqa: F403 (settings are a list of names)
from tests.benchmarks.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_otp.plugins.otp_email"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
OTPGUARD: dict[str, Any] = {
    "PROVIDERS": {"memory": {"BACKEND": "otpguard.channels.providers.memory.Memory"}}
}
