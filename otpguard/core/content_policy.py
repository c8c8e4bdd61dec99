"""The content policy of our own pages: which files they may load, and which inline code runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

DIRECTIVES = ("script-src", "style-src", "img-src", "font-src", "connect-src")
"""What a site may widen. All else stays closed: frames, objects, workers, other forms' targets."""

WIDGET = frozenset({"script-src", "style-src", "connect-src"})
"""What a hosted captcha needs beside frames."""

NONCE = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
"""What may stand in a policy as a nonce."""

ORIGIN = re.compile(r"(?P<scheme>(https?:)?)//(?P<host>[^/?#]+)")


def content_policy(
    *,
    static_url: str,
    added: Mapping[str, Sequence[str]],
    logo: str,
    nonce: str,
    widget: Sequence[str] = (),
) -> str:
    """The value of the header.

    Allows files of this site, of where static files and the logo are, what is `added` by directive,
    and inline scripts and styles with this nonce; empty for none.
    `widget` are origins whose scripts and styles this page may load, and which may show frames and
    be asked.
    """
    static, picture = origin_of(static_url), origin_of(logo)
    parts = []
    for name in DIRECTIVES:
        sources = ["'self'"]
        if static and name != "connect-src":
            sources.append(static)
        if picture and name == "img-src":
            sources.append(picture)
        if name in WIDGET:
            sources += widget
        sources += added.get(name, ())
        if nonce and name in {"script-src", "style-src"}:
            sources.append(f"'nonce-{nonce}'")
        parts.append(f"{name} {' '.join(sources)}")
    if widget:
        parts.append(f"frame-src {' '.join(widget)}")
    closed = "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    return f"default-src 'none'; {'; '.join(parts)}; {closed}"


def origin_of(url: str) -> str:
    """Scheme and host of a URL, or its host alone if it has the scheme of the page; empty for a
    path."""
    found = ORIGIN.match(url)
    return f"{found['scheme']}//{found['host']}".removeprefix("//") if found else ""
