"""The picture beside the name on our pages: how it is written, and whether the content policy lets
it load."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LONGEST_LOGO = 200

_LOGO = re.compile(r"(https://[a-z0-9.-]+(:\d{1,5})?)?/?[A-Za-z0-9._~%-]+(/[A-Za-z0-9._~%-]+)*")
_PLACE = re.compile(r"https://(?P<host>[^/:]+)(:(?P<port>\d+))?(?P<path>/.*)?")
_HTTPS = "443"


class TenantLook(NamedTuple):
    """What a tenant is called on pages, and its picture; each empty for that of the site."""

    name: str = ""
    brand: str = ""
    logo: str = ""


UNNAMED = TenantLook()
"""Where there is no tenant, or it must not be named."""


def is_logo(text: str) -> bool:
    """True for the name of a static file ("acme/logo.svg"), a path or an https URL."""
    return len(text) <= LONGEST_LOGO and bool(_LOGO.fullmatch(text)) and ".." not in text


def is_admitted(logo: str, sources: Sequence[str]) -> bool:
    """Whether a content policy with these sources of pictures, besides the site itself, lets a logo
    load (CSP 3, 6.7.2.8). A path and a static file need no source of their own."""
    if not logo.startswith("https://"):
        return True
    return any(_covers(source, logo) for source in sources)


def _covers(source: str, logo: str) -> bool:
    named, wanted = _PLACE.fullmatch(source), _PLACE.fullmatch(logo)
    if named is None or wanted is None:
        return False
    if (named["port"] or _HTTPS) != (wanted["port"] or _HTTPS):
        return False
    host, path, place = named["host"], named["path"] or "/", wanted["path"] or "/"
    if host.startswith("*."):
        same_host = wanted["host"].endswith(host[1:])
    else:
        same_host = wanted["host"] == host
    return same_host and (place == path or (path.endswith("/") and place.startswith(path)))
