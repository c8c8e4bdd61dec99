"""Roles that were lost are remembered for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from otpguard.core.audience import note_lost_roles, was_lost_recently

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_lost_role_counts_for_72_hours() -> None:
    lost = note_lost_roles({}, before={"admin", "member"}, after={"member"}, now=NOW)
    assert lost == {"admin": NOW.isoformat()}
    assert was_lost_recently(lost, "admin", now=NOW + timedelta(hours=71))
    assert not was_lost_recently(lost, "admin", now=NOW + timedelta(hours=72))
    assert not was_lost_recently(lost, "member", now=NOW)


def test_an_old_loss_is_dropped_and_a_role_given_again_is_no_loss() -> None:
    known = {"admin": (NOW - timedelta(hours=73)).isoformat(), "api_admin": NOW.isoformat()}
    assert note_lost_roles(known, before=(), after={"api_admin"}, now=NOW) == {}


def test_a_time_that_cannot_be_read_counts() -> None:
    assert was_lost_recently({"admin": "soon"}, "admin", now=NOW)
