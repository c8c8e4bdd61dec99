"""Every layer, action, lane and network has words, and every finding says what would change it."""

from __future__ import annotations

import pytest

from otpguard.admin.pumping.words import ACTIONS, LANES, LAYERS, NETWORKS, REMEDIES, explained
from otpguard.core.pumping.attempt import NetworkKind, SpendLane
from otpguard.core.pumping.verdict import Action, Layer, Signal


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (LAYERS, Layer),
        (REMEDIES, Layer),
        (ACTIONS, Action),
        (LANES, SpendLane),
        (NETWORKS, NetworkKind),
    ],
)
def test_nothing_lacks_words(words: dict[object, object], kind: type) -> None:
    assert set(words) == set(kind)


def test_the_one_that_decided_is_marked_and_a_note_needs_no_remedy() -> None:
    note = Signal(layer=Layer.NETWORK, action=Action.SEND, reason="network_off")
    stops = Signal(layer=Layer.MONEY, action=Action.REFUSE, reason="country", detail="$0.51")
    first, second = explained([note, stops], layer="money", reason="country")
    assert (first.decides, first.remedy) == (False, "")
    assert (second.decides, second.reason) == (True, "country ($0.51)")
    assert second.remedy == REMEDIES[Layer.MONEY]
