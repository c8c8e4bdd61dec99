"""What names an installation in its audit log."""

from __future__ import annotations

import re

from otpguard.conf.values import SettingsError, of_type

LONGEST = 100
_FORM = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9._-]*)*")


def read_installation(value: object) -> str:
    """INSTALLATION as a value. Raises SettingsError (E002, E143)."""
    name: str = of_type(value, str)
    if name and (len(name) > LONGEST or not _FORM.fullmatch(name)):
        wanted = 'like "audit.example.com/7f3c2a90": a-z, 0-9, dots, dashes and slashes, at most'
        raise SettingsError("otpguard.E143", f"must be {wanted} {LONGEST} characters")
    return name
