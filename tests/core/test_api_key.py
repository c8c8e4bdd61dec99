"""Which checkpoint guards a key, when it is old, and what its text looks like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from otpguard.core.api_key import (
    SECRET_BYTES,
    checkpoint_for_key,
    is_key_text,
    is_rotation_due,
    make_key_text,
    shown_part,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "tenant", "checkpoint"),
    [
        ("production", "production", "api_key.production"),
        ("test", "production", "api_key"),
        (" Development ", "production", "api_key"),
        ("production", "sandbox", "api_key"),
        ("", "production", "api_key.production"),
        ("elsewhere", "production", "api_key.production"),
        ("production", "", "api_key.production"),
        ("test", "", "api_key"),
    ],
)
def test_what_is_not_known_to_be_harmless_counts_as_production(
    key: str, tenant: str, checkpoint: str
) -> None:
    assert checkpoint_for_key(key, tenant_environment=tenant) == checkpoint


@pytest.mark.parametrize(("days", "due"), [(0, False), (90, True), (91, False)])
def test_a_secret_is_due_on_the_day_and_never_with_zero(days: int, due: bool) -> None:
    assert is_rotation_due(NOW - timedelta(days=90), days=days, now=NOW) is due


@pytest.mark.parametrize("entropy", [bytes(SECRET_BYTES), b"\xff" * SECRET_BYTES])
def test_a_key_has_one_length_and_a_checksum_that_fits(entropy: bytes) -> None:
    text = make_key_text("acme", production=True, entropy=entropy)
    assert text.startswith("acme_live_")
    assert len(text) == len("acme_live_") + 33 + 6
    assert is_key_text(text)
    assert "acme" not in repr(text)


def test_a_test_key_says_so_and_its_beginning_hides_the_rest() -> None:
    text = make_key_text("acme", production=False, entropy=b"x" * SECRET_BYTES)
    assert text.startswith("acme_test_")
    shown = shown_part(text)
    assert text.startswith(shown)
    assert len(shown) == len("acme_test_") + 6


@pytest.mark.parametrize("wrong", ["", "acme_live_x", "ACME", "é" * 49, "acme_live_" + "0" * 39])
def test_another_text_is_no_key(wrong: str) -> None:
    assert not is_key_text(wrong)


def test_one_wrong_character_is_seen_before_anything_is_read() -> None:
    text = str(make_key_text("acme", production=True, entropy=b"x" * SECRET_BYTES))
    for place in range(len("acme_live_"), len(text)):
        other = "0" if text[place] != "0" else "1"
        assert not is_key_text(text[:place] + other + text[place + 1 :])
