"""CLIENT_RETURN_URLS: where a browser takes the code with which an app shows that its person has
confirmed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from otpguard.conf.values import SettingsError, names

_NUMBER = "otpguard.E231"
_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
"""An app's own scheme: a domain name backwards, as RFC 8252, 7.1 asks. So it is never one of the
schemes that a browser itself runs, such as `javascript`."""
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def read_client_urls(value: object, _so_far: object = None) -> tuple[str, ...]:
    """CLIENT_RETURN_URLS as it is given. Raises SettingsError (E002, E231)."""
    urls = names(value)
    for url in urls:
        if not _may_get_codes(url):
            raise SettingsError(
                _NUMBER,
                f'"{url}" must be an https URL, or one of an app\'s own scheme such as'
                ' "com.example.crm:/confirmed", without a fragment',
            )
    return urls


def _may_get_codes(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.fragment or "\\" in url or any(each.isspace() for each in url):
        return False
    if parts.scheme == "https":
        return bool(host) and "@" not in parts.netloc
    if parts.scheme == "http":
        return host in _HERE and "@" not in parts.netloc
    return bool(_SCHEME.fullmatch(parts.scheme)) and bool(parts.path or host)
