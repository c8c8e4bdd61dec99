"""Checks of the validator of breached passwords, where a project lists it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from otpguard.checks.codes import error

VALIDATOR = "otpguard.contrib.breached_password.BreachedPasswordValidator"


def password_validator() -> Iterable[CheckMessage]:
    """E220, E221: Django itself finds out at the first password."""
    listed: Any
    for listed in django_settings.AUTH_PASSWORD_VALIDATORS:
        if listed.get("NAME") != VALIDATOR:
            continue
        options = listed.get("OPTIONS", {})
        try:
            import_string(VALIDATOR)(**options)
        except (ImproperlyConfigured, TypeError) as wrong:
            yield error("otpguard.E220", str(wrong))
            continue
        file = str(options.get("file", ""))
        if file and not Path(file).is_file():
            yield error("otpguard.E221", f"There is no file {file}.")
