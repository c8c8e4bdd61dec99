"""The content policy of our pages, as it is built from what a site says."""

from __future__ import annotations

from typing import Any

from otpguard.core.content_policy import DIRECTIVES, content_policy, origin_of

NONCE = "c2l4dGVlbiBieXRlcyE"


def directives(**given: Any) -> dict[str, list[str]]:
    said = {"static_url": "/static/", "added": {}, "logo": "", "nonce": "", **given}
    return {part.split()[0]: part.split()[1:] for part in content_policy(**said).split(";")}


def test_by_itself_only_the_site_is_a_source() -> None:
    found = directives()
    assert all(found[name] == ["'self'"] for name in DIRECTIVES)
    assert found["default-src"] == found["frame-ancestors"] == ["'none'"]


def test_a_site_adds_sources_and_its_logo_is_one() -> None:
    found = directives(
        logo="https://cdn.example/logo.svg",
        added={"font-src": ["https://fonts.example"], "img-src": ["data:"]},
    )
    assert found["font-src"] == ["'self'", "https://fonts.example"]
    assert found["img-src"] == ["'self'", "https://cdn.example", "data:"]
    assert found["script-src"] == found["style-src"] == ["'self'"]


def test_static_files_elsewhere_are_a_source_of_files_and_not_asked_by_scripts() -> None:
    found = directives(static_url="https://cdn.example/static/")
    assert found["font-src"] == ["'self'", "https://cdn.example"]
    assert found["connect-src"] == ["'self'"]


def test_a_nonce_opens_scripts_and_styles_and_nothing_else() -> None:
    found = directives(nonce=NONCE)
    assert found["script-src"] == found["style-src"] == ["'self'", f"'nonce-{NONCE}'"]
    assert all(found[each] == ["'self'"] for each in ("img-src", "font-src", "connect-src"))


def test_the_origin_of_a_path_is_empty() -> None:
    assert origin_of("/static/") == origin_of("") == ""
    assert origin_of("https://cdn.example:8443/a/") == "https://cdn.example:8443"
    assert origin_of("//cdn.example/a/") == "cdn.example"
