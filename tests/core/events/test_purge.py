"""The event of a purge holds counts and the moment, and no word of what was deleted."""

from __future__ import annotations

from otpguard.core.events.purge import RowsPurged

REST = ("places", "sign_ins", "statements")


def test_it_counts_each_kind_and_names_nothing_else() -> None:
    data = RowsPurged(before="2026-02-19T00:00:00+00:00", challenges=3).data()
    assert data.pop("before") == "2026-02-19T00:00:00+00:00"
    assert data.pop("challenges") == 3
    assert set(data.values()) == {0}
    of_old = {"deliveries", "usage", "notices", "sessions", "grants", "claims"}
    of_pumping = {"decisions", "releases", "mailed", "answers", "spent", "raises"}
    assert set(data) == of_old | of_pumping | {"exports", "billing_changes", *REST}
