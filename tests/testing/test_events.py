"""The audit events that a host reads in its tests."""

from __future__ import annotations

import pytest

from otpguard import testing
from otpguard.models import Event
from tests.host import Host

pytestmark = pytest.mark.django_db


def test_events_inside_the_block_are_collected_and_others_are_not(host: Host) -> None:
    host.client.get("/billing/")
    with testing.captured_events() as events:
        host.client.get("/export/", headers={"Accept": "application/json"})
        assert events == []
    [event] = events
    assert (event["kind"], event["checkpoint"]) == ("checkpoint.required", "data_export")
    assert testing.story_of(event["story"]) == ["checkpoint.required"]
    assert testing.story_of("00000000-0000-4000-8000-0000000000ff") == []


def test_a_changed_event_is_noticed_when_it_is_collected(host: Host) -> None:
    block = testing.captured_events()
    block.__enter__()
    host.client.get("/billing/")
    assert Event.objects.filter(kind="checkpoint.required").update(checkpoint="login") == 1
    with pytest.raises(AssertionError, match=r"the MAC of checkpoint\.required"):
        block.__exit__(None, None, None)
