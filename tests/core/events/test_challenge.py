"""A challenge's events name the factor and the channels, never a destination or a code."""

from __future__ import annotations

from otpguard.core.events import challenge
from otpguard.core.events.base import CATALOG, field_names


def test_no_event_of_a_challenge_has_room_for_what_was_sent_where() -> None:
    kinds = [kind for kind in CATALOG if kind.code.startswith("challenge.")]
    assert len(kinds) == 12
    named = {name for kind in kinds for name in field_names(kind)}
    assert named.isdisjoint({"code", "to", "number", "email", "destination"})


def test_a_start_names_its_channels_in_their_order() -> None:
    started = challenge.ChallengeStarted(factor="f", kind="phone", channels=["sms", "voice"])
    assert started.data()["channels"] == ["sms", "voice"]
