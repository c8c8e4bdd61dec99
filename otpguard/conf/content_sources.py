"""CSP_SOURCES and LOGO: what our pages may load besides their own files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from otpguard.conf.values import SettingsError, mapping, names, of_type
from otpguard.core.content_policy import DIRECTIVES
from otpguard.core.logo import is_logo
from otpguard.core.registry import nearest

HASH = re.compile(r"'sha(256|384|512)-[A-Za-z0-9+/]+={0,2}'")
HOST = re.compile(r"https://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(/[A-Za-z0-9._~/%-]*)?")


def read_content_sources(value: object) -> Mapping[str, tuple[str, ...]]:
    """CSP_SOURCES by directive. Raises SettingsError (E001, E002).

    A source is an https origin, with a path if wanted, or the hash of one script or style; pictures
    and fonts may be `data:` as well. What would let any script run is refused.
    """
    found = {}
    for directive, sources in mapping(value).items():
        if directive not in DIRECTIVES:
            hint = nearest(directive, list(DIRECTIVES))
            raise SettingsError("otpguard.E001", f'unknown "{directive}", {hint}')
        found[directive] = names(sources)
        for source in found[directive]:
            if fault := _fault(directive, source):
                raise SettingsError("otpguard.E002", f'{directive}: "{source}" {fault}')
    return found


def read_logo(value: object) -> str:
    """LOGO: empty, the name of a static file, a path or an https URL. Raises SettingsError
    (E002)."""
    logo = str(of_type(value, str))
    if logo and not is_logo(logo):
        message = 'must be a static file ("acme/logo.svg"), a path or an https URL'
        raise SettingsError("otpguard.E002", message)
    return logo


def _fault(directive: str, source: str) -> str:
    if source.startswith("'unsafe-") or source in {"*", "https:", "http:"}:
        return "lets code run that somebody else brought in; use an origin, a nonce or a hash"
    if source == "data:" and directive in {"img-src", "font-src"}:
        return ""
    if directive in {"script-src", "style-src"} and HASH.fullmatch(source):
        return ""
    return "" if HOST.fullmatch(source) else "must be an https origin such as https://fonts.example"
