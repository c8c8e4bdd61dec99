"""Refuse passwords that are known from breaches, as one of Django's validators.

    AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "otpguard.contrib.breached_password.BreachedPasswordValidator"},
    ]

The option `file` names a file on this machine instead of the service, `url` another service of the
same form, `least` how often a password must have been seen.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.translation import gettext as _

from otpguard.flows.session.breached_password import is_breached
from otpguard.http.current_request import facts_now
from otpguard.intel.breached_passwords import Breaches, BreachFile, BreachRange

SERVICE = "https://api.pwnedpasswords.com/range"


class BreachedPasswordValidator:
    """Refuses a password that is on the list. One that cannot be looked up is let through, with the
    event `password.not_checked`. Raises ImproperlyConfigured for options that cannot be used."""

    def __init__(self, *, url: str = SERVICE, file: str = "", least: int = 1) -> None:
        if not isinstance(least, int) or least < 1:
            raise ImproperlyConfigured("`least` must be a whole number from 1 on")
        try:
            self._breaches: Breaches = BreachFile(str(file)) if file else BreachRange(url)
        except ValueError as error:
            raise ImproperlyConfigured(f"`url`: {error}") from error
        self._least = least

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ANN401 (the host's own)
        """Raises ValidationError with the code `password_breached`."""
        if is_breached(
            facts=facts_now(),
            password=password,
            breaches=self._breaches,
            least=self._least,
            subject="" if getattr(user, "pk", None) is None else str(user.pk),
        ):
            raise ValidationError(
                _("This password is known from data breaches. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """What Django's forms show beside the field."""
        return _("Your password can't be one that is known from data breaches.")
