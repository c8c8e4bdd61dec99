"""The choices of policy fields: every word is explained, and the stricter is the greater."""

from __future__ import annotations

from otpguard.core.policy_choices import (
    LOGIN_WHEN,
    WITHOUT_FACTOR,
    Enforcement,
    LoginWhen,
    UserVerification,
    WithoutFactor,
)


def test_every_word_has_a_label() -> None:
    for choice in (LOGIN_WHEN, WITHOUT_FACTOR):
        assert set(choice.labels) == set(choice.words)


def test_the_stricter_is_the_greater() -> None:
    assert LoginWhen.ALWAYS > LoginWhen.RISK
    assert WithoutFactor.ADMINISTRATOR > WithoutFactor.EMAIL_AND_HOLD
    assert Enforcement.ENFORCE > Enforcement.REPORT_ONLY
    assert UserVerification.REQUIRED > UserVerification.PREFERRED
