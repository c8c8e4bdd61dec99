"""At which checkpoints the fields of a policy are read that only some operations read."""

from __future__ import annotations

_FACTOR_RESET = "security_settings.factor_reset"

RESETS = frozenset({"password_reset", "password_reset.admin"})
"""Where somebody comes back who cannot log in."""

APPROVED = frozenset(
    {
        *("role_grant", "security_settings", _FACTOR_RESET),
        *("security_settings.lift_hold", "break_glass", "data_export"),
    }
)
"""Where other administrators may have to approve."""

WAITED_AFTER = RESETS | {
    *("role_grant", "data_export", "account_closure"),
    *("factor_change", _FACTOR_RESET),
}
"""After which operations something waits."""
