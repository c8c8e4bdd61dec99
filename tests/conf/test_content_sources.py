"""What a site may let our pages load, and the picture beside its name."""

from __future__ import annotations

import pytest

from otpguard.conf import problems
from otpguard.conf.content_sources import read_content_sources, read_logo
from otpguard.conf.values import SettingsError


@pytest.mark.parametrize(
    ("directive", "source"),
    [
        ("font-src", "https://fonts.example.com"),
        ("style-src", "https://fonts.example.com:8443/css/"),
        ("img-src", "https://*.example.com"),
        ("img-src", "data:"),
        ("font-src", "data:"),
        ("script-src", "'sha256-B2yPHKaXnvFWtRChIbabYmUBFZdVfKKXHbWtWidDVF8='"),
    ],
)
def test_an_origin_a_hash_and_embedded_pictures_are_sources(directive: str, source: str) -> None:
    assert read_content_sources({directive: [source]}) == {directive: (source,)}


@pytest.mark.parametrize(
    ("directive", "source", "words"),
    [
        ("script-src", "'unsafe-inline'", "lets code run"),
        ("script-src", "'unsafe-eval'", "lets code run"),
        ("style-src", "'unsafe-inline'", "lets code run"),
        ("script-src", "*", "lets code run"),
        ("script-src", "https:", "lets code run"),
        ("script-src", "data:", "https origin"),
        ("connect-src", "data:", "https origin"),
        ("img-src", "http://example.com", "https origin"),
        ("img-src", "https://*", "https origin"),
        ("img-src", "example.com", "https origin"),
        ("img-src", "https://a.example; script-src *", "https origin"),
        ("img-src", "https://a.example, https://b.example", "https origin"),
        ("img-src", "https://a.example https://b.example", "https origin"),
        ("font-src", "https://a.example\n", "https origin"),
        ("img-src", "'sha256-B2yPHKaXnvFWtRChIbabYmUBFZdVfKKXHbWtWidDVF8='", "https origin"),
        ("img-src", "", "https origin"),
    ],
)
def test_what_would_open_the_policy_is_refused(directive: str, source: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as raised:
        read_content_sources({directive: [source]})
    assert raised.value.problem.check == "otpguard.E002"


@pytest.mark.parametrize("value", [None, "https://a.example", {"img-src": "data:"}, {5: []}])
def test_it_is_a_dictionary_of_lists(value: object) -> None:
    with pytest.raises(SettingsError):
        read_content_sources(value)


def test_every_mistake_is_told_and_an_unknown_directive_names_the_nearest() -> None:
    told = [each.message for each in problems({"CSP_SOURCES": {"image-src": [], "img-src": ["*"]}})]
    assert len(told) == 2
    assert 'did you mean "img-src"' in told[0]


@pytest.mark.parametrize(
    "logo", ["", "acme/logo.svg", "/media/logo.png", "https://cdn.example/a/logo-2.svg"]
)
def test_a_logo_is_a_static_file_a_path_or_an_https_url(logo: str) -> None:
    assert read_logo(logo) == logo


@pytest.mark.parametrize(
    "logo",
    [
        *("//evil.example/a.svg", "http://cdn.example/a.svg", "javascript:alert(1)", "data:,x"),
        *("../secret.svg", "a b.svg", 'a".svg', "<svg>", "https://a.example; *", "l" * 201, "🛡️", 5),
    ],
)
def test_anything_else_is_no_logo(logo: object) -> None:
    with pytest.raises(SettingsError) as raised:
        read_logo(logo)
    assert raised.value.problem.check == "otpguard.E002"
