"""Events of changed e-mail addresses name none."""

from __future__ import annotations

from otpguard.core.events.base import field_names
from otpguard.core.events.email_change import AccountEmailChanged, AccountEmailRestored


def test_no_e_mail_address_is_among_the_fields() -> None:
    assert field_names(AccountEmailChanged) == ("held_until",)
    assert field_names(AccountEmailRestored) == ("sessions", "grants", "held_until")
