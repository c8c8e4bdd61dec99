"""The opt-in text is a value with its version."""

from __future__ import annotations

from otpguard.core.consent import VERSION_LENGTH, ConsentText
from otpguard.models import Factor


def test_a_text_has_a_version_that_fits_its_column() -> None:
    text = ConsentText(version="2026-03", text="I agree.")
    assert text == ConsentText(version="2026-03", text="I agree.")
    assert Factor._meta.get_field("consent_version").max_length == VERSION_LENGTH
