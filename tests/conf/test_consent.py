"""PHONE_CONSENT is read strictly: a version that is kept, and a text that is shown."""

from __future__ import annotations

import pytest
from django.utils.translation import gettext_lazy

from otpguard.conf import problems, settings
from otpguard.conf.consent import read_consent
from otpguard.core.consent import ConsentText


def test_without_the_setting_there_is_none() -> None:
    assert settings().phone_consent is None
    assert read_consent(None) is None


def test_a_text_may_be_translated_when_it_is_shown() -> None:
    lazy = gettext_lazy("I agree.")
    assert read_consent({"VERSION": "1", "TEXT": lazy}) == ConsentText(version="1", text=lazy)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("I agree.", "E002"),
        ({}, "E002"),
        ({"VERSION": "1"}, "E002"),
        ({"TEXT": "I agree."}, "E002"),
        ({"VERSION": "", "TEXT": "I agree."}, "E002"),
        ({"VERSION": 1, "TEXT": "I agree."}, "E002"),
        ({"VERSION": "v" * 33, "TEXT": "I agree."}, "E002"),
        ({"VERSION": "a\u202eb", "TEXT": "I agree."}, "E002"),
        ({"VERSION": "1", "TEXT": " "}, "E002"),
        ({"VERSION": "1", "TEXT": "I agree.", "text": "x"}, "E001"),
    ],
)
def test_what_cannot_be_kept_or_shown_is_a_mistake(value: object, number: str) -> None:
    assert [each.check for each in problems({"PHONE_CONSENT": value})] == [f"otpguard.{number}"]
