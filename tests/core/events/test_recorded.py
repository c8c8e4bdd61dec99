"""Kinds of events and their fields only grow, and the record of them is current."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG
from tests.core.events.recorded import FILE, grown, lost, recorded, text

NAMED = {
    "challenge sent, verified, failed": (
        "challenge.sent",
        "challenge.verified",
        "challenge.rejected",
    ),
    "grant": ("grant.issued", "grant.revoked"),
    "hold": ("hold.started", "hold.lifted"),
    "release": ("release.asked", "release.finished", "release.downloaded", "release.canceled"),
    "policy": ("policy.changed",),
    "factor": ("factor.enrolled", "factor.removed", "factor.reset"),
    "role": ("membership.changed", "rights.changed"),
    "API key": ("key.created", "key.revealed", "key.deleted"),
    "export": ("data.exported",),
    "view of the log": ("data.read",),
    "verdict about a login": ("session.started",),
    "verdict about pumping": ("challenge.refused", "prefix.blocked"),
    "failure of a provider": ("challenge.fell_back", "route.paused", "provider.alarmed"),
    "change of tier": ("tenant.changed",),
    "exception": ("exception.granted", "exception.ended", "exception.expired"),
    "purge": ("rows.purged", "retention.purged"),
    "erasure": ("person.removed", "tenant.removed"),
    "rotation of keys": ("key.rotated", "root_key.rotated"),
}


def test_the_record_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == text(grown(recorded())), (
        "write it: python -m tests.core.events.recorded"
    )


def test_no_kind_and_no_field_is_ever_taken_away() -> None:
    assert lost(recorded()) == []


def test_the_law_sees_a_kind_and_a_field_that_are_gone() -> None:
    before = {
        "moon.landed": {"since": "0.1.0", "fields": {}},
        "key.created": {"since": "0.1.0", "fields": {"key": "0.1.0", "color": "0.1.0"}},
    }
    assert lost(before) == ["moon.landed", "key.created: color"]


def test_what_is_there_keeps_the_release_that_it_came_in() -> None:
    before = {"key.created": {"since": "0.0.1", "fields": {"key": "0.0.1"}}}
    after = grown(before)["key.created"]
    assert (after["since"], after["fields"]["key"]) == ("0.0.1", "0.0.1")
    assert "scope" in after["fields"]


def test_what_an_auditor_asks_for_has_a_kind() -> None:
    known = {kind.code for kind in CATALOG}
    assert [
        (what, code) for what, codes in NAMED.items() for code in codes if code not in known
    ] == []
