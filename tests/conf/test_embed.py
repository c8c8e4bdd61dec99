"""EMBED_ORIGINS are exact: what a browser sends in `Origin`, and nothing wider."""

from __future__ import annotations

import pytest

from otpguard.conf import problems
from otpguard.conf.embed import read_embed_origins


@pytest.mark.parametrize(
    "origin",
    ["https://www.example.com", "https://a.b.example:8443", "http://localhost:3000"],
)
def test_exact_origins_are_taken(origin: str) -> None:
    assert read_embed_origins([origin]) == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "https://*.example.com",
        "https://example.com/",
        "https://Example.com",
        "https://example.com:443",
        "http://example.com",
        "https://localhost",
        "https://example.com\n",
        "//example.com",
        "",
    ],
)
def test_anything_else_is_a_mistake(origin: str) -> None:
    found = problems({"EMBED_ORIGINS": [origin]})
    assert [each.check for each in found] == ["otpguard.E135"]


def test_one_text_is_no_list() -> None:
    found = problems({"EMBED_ORIGINS": "https://example.com"})
    assert [each.check for each in found] == ["otpguard.E002"]
