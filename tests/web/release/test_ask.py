"""What hosts call: the view that asks, the reading that is written down."""

from __future__ import annotations

import pytest

from otpguard.models import Event, Release
from tests.host import Host
from tests.stepup import carry_out


def test_a_guarded_view_asks_after_a_proof_and_leads_to_the_page(exporting: Host) -> None:
    refused = exporting.client.post("/people/export/", {"city": "Wien"})
    assert refused.status_code == 303
    assert not Release.objects.exists()
    done = carry_out(exporting.client, refused)
    release = Release.objects.get()
    assert done["Location"] == f"/security/releases/{release.pk}/"
    assert "Wien" in release.arguments.reveal()


def test_a_view_without_a_guard_is_asked_for_a_proof_here(exporting: Host) -> None:
    refused = exporting.client.post("/people/bare/")
    assert refused.status_code == 303
    assert "/step-up/" in refused["Location"]
    assert not Release.objects.exists()
    assert carry_out(exporting.client, refused).content.decode() == str(Release.objects.get().pk)


def test_reading_is_written_down_with_its_filter(exporting: Host) -> None:
    event = exporting.client.get("/people/").content.decode()
    row = Event.objects.get(pk=event)
    assert (row.kind, row.actor_ref) == ("data.read", str(exporting.user.pk))
    assert row.tenant_id == exporting.tenant.pk


@pytest.mark.parametrize("name", ["ask_release", "record_read", "write_release"])
def test_they_are_found_under_the_package(name: str) -> None:
    import_of = __import__("otpguard")
    assert callable(getattr(import_of, name))
