"""What stays with the site's own factors."""

from __future__ import annotations

from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.federation.local import stays_local


def test_a_tenants_own_operations_do_not_stay_local() -> None:
    assert not stays_local(BUILT_IN["billing_change"])
    assert not stays_local(BUILT_IN["data_export"])


def test_what_reaches_further_or_changes_the_rules_does() -> None:
    for slug in ("signup", "factor_change", "security_settings", "password_reset", "login"):
        assert stays_local(BUILT_IN[slug]), slug
