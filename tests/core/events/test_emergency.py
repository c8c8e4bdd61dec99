"""Events of emergency envelopes."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG, field_names


def test_none_of_them_could_give_a_code_away() -> None:
    kinds = [kind for kind in CATALOG if kind.code.startswith("break_glass.")]
    assert len(kinds) == 6
    named = {name for kind in kinds for name in field_names(kind)}
    assert named.isdisjoint({"code", "codes", "digest"})
