"""Sessions, grants, holds and devices: none of their events carries a sid or a cookie."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG, field_names
from otpguard.core.events.session import DeviceRemembered


def test_no_event_could_give_a_session_away() -> None:
    prefixes = ("session.", "grant.", "hold.", "device.")
    kinds = [kind for kind in CATALOG if kind.code.startswith(prefixes)]
    assert len(kinds) == 8
    named = {name for kind in kinds for name in field_names(kind)}
    assert named.isdisjoint({"sid", "session_key", "cookie", "digest"})


def test_a_device_is_named_as_people_know_it() -> None:
    event = DeviceRemembered(device="d", name="Firefox on Linux")
    assert event.data() == {"device": "d", "name": "Firefox on Linux"}
