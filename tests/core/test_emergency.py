"""What an envelope may open."""

from __future__ import annotations

from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.emergency import HOURS, LONGEST, can_be_opened


def test_neither_the_protection_itself_nor_the_way_in_is_ever_opened() -> None:
    never = {slug for slug, each in BUILT_IN.items() if not can_be_opened(each)}
    assert never >= {
        "security_settings",
        "security_settings.factor_reset",
        "security_settings.lift_hold",
        "break_glass",
        "factor_change",
        "factor_change.strong",
        "password_reset",
        "password_reset.admin",
        "login",
        "signup",
        "first_action",
    }
    assert "data_export" not in never


def test_it_lasts_four_hours_at_most() -> None:
    assert max(HOURS) * 3600 == LONGEST.total_seconds() == 4 * 3600
