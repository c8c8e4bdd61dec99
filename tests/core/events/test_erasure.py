"""What is recorded of a deletion: numbers, and nothing of what was deleted."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG, field_names
from otpguard.core.events.erasure import PersonRemoved


def test_a_deletion_is_told_by_counts() -> None:
    assert PersonRemoved(counts={"factor": 2}).data() == {"counts": {"factor": 2}}
    assert CATALOG.get("person.removed") is PersonRemoved


def test_no_event_of_a_deletion_names_what_is_gone() -> None:
    kinds = [CATALOG.get(code) for code in ("person.removed", "tenant.removed")]
    named = {name for kind in kinds for name in field_names(kind)}
    assert named == {"slug", "counts"}
