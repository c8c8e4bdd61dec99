"""Events of factors name them by id and kind: no secret, no number, no name that a user chose."""

from __future__ import annotations

from otpguard.core.events import factor
from otpguard.core.events.base import ACCOUNT_CHANGE, CATALOG, field_names


def test_no_event_of_a_factor_has_room_for_a_secret() -> None:
    kinds = [kind for kind in CATALOG if kind.code.startswith(("factor.", "recovery."))]
    assert len(kinds) >= 11
    named = {name for kind in kinds for name in field_names(kind)}
    assert named.isdisjoint({"secret", "seed", "number", "name", "digest", "credential"})


def test_gaining_and_losing_a_factor_are_changes_of_an_account() -> None:
    for kind in (factor.FactorEnrolled, factor.FactorRemoved, factor.FactorReset):
        assert kind.ocsf.class_uid == ACCOUNT_CHANGE


def test_a_suspected_copy_tells_both_counts() -> None:
    event = factor.FactorCloneSuspected(factor="f", stored=5, shown=3)
    assert event.data() == {"factor": "f", "stored": 5, "shown": 3}
