"""The events of billing changes."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG
from otpguard.core.events.billing import BillingChanged, BillingLocked, BillingLockLifted


def test_each_step_is_an_event_of_its_own() -> None:
    codes = {kind.code for kind in (BillingChanged, BillingLocked, BillingLockLifted)}
    assert codes == {"billing.changed", "billing.locked", "billing.lifted"}
    assert {BillingChanged, BillingLocked, BillingLockLifted} <= set(CATALOG)
