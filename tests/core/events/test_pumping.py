"""Events of the pumping defense name a number by its mask alone."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG
from otpguard.core.events.pumping import NumberReleased


def test_a_release_says_until_when_and_why() -> None:
    event = NumberReleased(release="r", number="+1 ••• ••23", until="u", reason="ticket 17")
    assert NumberReleased in list(CATALOG)
    assert event.code == "phone_number.released"
    assert event.data() == {
        "release": "r",
        "number": "+1 ••• ••23",
        "until": "u",
        "reason": "ticket 17",
    }
