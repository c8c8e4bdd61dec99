"""An arrival says who comes, and does not show their number."""

from __future__ import annotations

from otpguard.simulation.arrival import Relation
from tests.simulation.setting import somebody


def test_its_repr_has_no_number() -> None:
    assert "2015550123" not in repr(somebody())


def test_somebody_is_a_stranger_unless_more_is_known() -> None:
    assert somebody().relation is Relation.STRANGER
