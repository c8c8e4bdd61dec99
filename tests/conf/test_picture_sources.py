"""Where pictures on our pages may come from."""

from __future__ import annotations

from typing import Any

from otpguard.conf.picture_sources import picture_sources


def test_only_the_site_itself_by_default(settings: Any) -> None:
    settings.STATIC_URL = "/static/"
    assert picture_sources() == ()


def test_static_files_the_logo_and_added_sources_are_named(settings: Any) -> None:
    settings.STATIC_URL = "//cdn.example/static/"
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "LOGO": "https://pictures.example/a.svg",
        "CSP_SOURCES": {"img-src": ["https://more.example", "data:"], "font-src": ["data:"]},
    }
    assert picture_sources() == (
        *("https://cdn.example", "https://pictures.example", "https://more.example", "data:"),
    )
