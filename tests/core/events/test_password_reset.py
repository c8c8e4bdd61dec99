"""Events of resets: they name no e-mail address."""

from __future__ import annotations

from otpguard.core.events.base import field_names
from otpguard.core.events.password_reset import (
    PasswordResetRefused,
    PasswordWasReset,
    ResetLinkSent,
    ResetLinkWithheld,
)


def test_what_is_said_of_a_link_names_no_mailbox() -> None:
    assert field_names(ResetLinkSent) == ("link",)
    assert field_names(ResetLinkWithheld) == field_names(PasswordResetRefused) == ("reason",)


def test_a_reset_tells_how_it_was_done_and_what_it_ended() -> None:
    fields = ("link", "email_only", "sessions", "grants", "held_until")
    assert field_names(PasswordWasReset) == fields
