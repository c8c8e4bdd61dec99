"""A short name for a browser, from its User-Agent header: for people to recognize, not to trust."""

from __future__ import annotations

from functools import lru_cache

_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python-", "Python"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@lru_cache(maxsize=1024)
def device_name(user_agent: str) -> str:
    """Such as "Firefox on Windows"; empty for an empty header, "unknown browser" for a strange one.

    The result is made of fixed words, so nothing from the header reaches a page or a log.
    """
    if not user_agent.strip():
        return ""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "unknown browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
