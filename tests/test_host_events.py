"""The porch for a host's events has all that a declaration needs."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard import host_events
from otpguard.conf import settings
from otpguard.conf.caches import forget_settings


def test_a_kind_is_declared_from_the_porch_alone_and_counts_at_once() -> None:
    slug = "logged_action.crm_deal_won"
    assert slug not in settings().checkpoints

    @host_events.host_event(
        "crm.deal.won", label="A deal was won", ocsf=host_events.Ocsf(6003, 1), sensitive=True
    )
    @dataclass(frozen=True, kw_only=True)
    class DealWon(host_events.HostEvent):
        deal: str

    try:
        assert settings().checkpoints[slug].sensitive
        assert DealWon(deal="7").data() == {"deal": "7"}
        assert (DealWon.code, DealWon.ocsf.type_uid) == ("crm.deal.won", 600301)
    finally:
        host_events.HOST_EVENTS._values.pop("crm.deal.won")
        forget_settings()
    assert slug not in settings().checkpoints
