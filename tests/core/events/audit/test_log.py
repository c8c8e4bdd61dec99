"""Events about the log itself."""

from __future__ import annotations

from otpguard.core.events.audit.log import LogDamaged, LogRestored, RetentionPurged


def test_they_say_what_befell_it() -> None:
    restored = LogRestored(generation=2, heads=3, lost_head="x/heads 4")
    assert (restored.code, restored.data()["generation"]) == ("log.restored", 2)
    damaged = LogDamaged(log="x/site", damages=1, found="x/site #1: removed")
    assert (damaged.code, damaged.data()["damages"]) == ("log.damaged", 1)
    purged = RetentionPurged(first=0, below=7, before="2025-01-01", years=1, root="00")
    assert (purged.code, purged.data()["below"]) == ("retention.purged", 7)
