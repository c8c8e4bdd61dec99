"""Events of routes and vendors tell which, and why."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG
from otpguard.core.events.route import RoutePaused, RouteResumed

CODES = (
    "route.paused",
    "route.resumed",
    "route.switched",
    "provider.alarmed",
    "receipt.rejected",
    "sender.changed",
    "price.changed",
)


def test_every_event_of_a_route_is_in_the_catalog() -> None:
    assert [code for code in CODES if code not in CATALOG] == []


def test_a_route_that_resumed_by_itself_has_no_reason() -> None:
    where = {"provider": "a", "channel": "sms", "country": "US"}
    assert RouteResumed(**where).data() == {**where, "reason": ""}
    paused = RoutePaused(**where, reason="timeout", until="2026-05-01T12:00:00+00:00")
    assert set(paused.data()) == {*where, "reason", "until"}
