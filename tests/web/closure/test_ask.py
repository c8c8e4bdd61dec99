"""What hosts call to close an organization, and to keep it open."""

from __future__ import annotations

from otpguard.models import Event
from tests import guarded
from tests.host import Host
from tests.stepup import carry_out


def test_it_asks_for_a_proof_and_then_waits(paying: Host) -> None:
    refused = paying.client.post("/close/")
    paying.tenant.refresh_from_db()
    assert (refused.status_code, paying.tenant.closes_at) == (303, None)
    carry_out(paying.client, refused)
    paying.tenant.refresh_from_db()
    assert paying.tenant.closes_at is not None
    assert paying.tenant.status == "active"
    assert paying.client.post("/keep-open/").content == b"done: kept open: True"
    paying.tenant.refresh_from_db()
    assert paying.tenant.closes_at is None


def test_keeping_it_open_asks_for_no_proof_and_says_when_there_was_nothing(paying: Host) -> None:
    assert paying.client.post("/keep-open/").content == b"done: kept open: False"
    assert not Event.objects.filter(kind__startswith="closure.").exists()
    assert guarded.ran == ["kept open: False"]
