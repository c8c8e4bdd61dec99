"""What operators change carries old and new, and who must enroll is told in full."""

from __future__ import annotations

from otpguard.core.canonical import canonical_bytes
from otpguard.core.events.tenant import (
    EnrollmentChanged,
    MembershipChanged,
    MembershipImported,
    TenantChanged,
)


def test_a_changed_tenant_shows_before_and_after() -> None:
    event = TenantChanged(before={"status": "active"}, after={"status": "suspended"})
    assert event.data()["before"] != event.data()["after"]
    assert b'"after":{"status":"suspended"}' in canonical_bytes(event.data())


def test_a_membership_that_gained_nothing_says_so() -> None:
    assert MembershipChanged(roles=[], active=False).data()["gained"] == []


def test_an_imported_member_was_held_unless_it_says_otherwise() -> None:
    assert MembershipImported(roles=["admin"], active=True).data()["held"] is True


def test_an_enrollment_rule_tells_whom_it_binds_from_when() -> None:
    event = EnrollmentChanged(
        role="admin", level="AAL2", starts_at="2026-01-01T00:00:00+00:00", grace_days=14
    )
    assert event.data()["removed"] is False
