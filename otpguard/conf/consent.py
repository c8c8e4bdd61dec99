"""PHONE_CONSENT: the opt-in text at the number form, and its version."""

from __future__ import annotations

from django.utils.functional import Promise

from otpguard.conf.values import SettingsError, mapping
from otpguard.core.consent import VERSION_LENGTH, ConsentText
from otpguard.core.plain_text import plain_text
from otpguard.core.registry import nearest

KEYS = ("VERSION", "TEXT")


def read_consent(value: object) -> ConsentText | None:
    """PHONE_CONSENT as a value; None for None. Raises SettingsError (E001, E002).

    The text may be one that `gettext_lazy` translates.
    """
    if value is None:
        return None
    entry = mapping(value)
    unknown = sorted(key for key in entry if key not in KEYS)
    if unknown:
        hint = nearest(unknown[0], list(KEYS))
        raise SettingsError("otpguard.E001", f'unknown "{unknown[0]}", {hint}')
    version, text = entry.get("VERSION"), entry.get("TEXT")
    if (
        not isinstance(version, str)
        or not 0 < len(version) <= VERSION_LENGTH
        or plain_text(version) != version
    ):
        message = f"VERSION must be a text of 1 to {VERSION_LENGTH} characters"
        raise SettingsError("otpguard.E002", message)
    if not isinstance(text, str | Promise) or (isinstance(text, str) and not text.strip()):
        raise SettingsError("otpguard.E002", "TEXT must be what people agree to")
    return ConsentText(version=version, text=text)
