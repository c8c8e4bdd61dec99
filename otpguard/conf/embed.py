"""EMBED_ORIGINS: which other sites may show the form."""

from __future__ import annotations

import re

from otpguard.conf.values import SettingsError, names

_ORIGIN = re.compile(
    r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?"
)


def read_embed_origins(value: object) -> tuple[str, ...]:
    """Origins as browsers send them. Raises SettingsError (E135).

    https with a full host in lower case, a port only if it is not 443, and no slash at the end;
    plain http for the developer's own machine alone. No patterns: one open subdomain would open
    all.
    """
    found = names(value)
    for origin in found:
        if not _ORIGIN.fullmatch(origin) or origin.endswith(":443"):
            said = f'"{origin}" must be an exact origin such as https://www.example.com'
            raise SettingsError("otpguard.E135", said)
    return found
