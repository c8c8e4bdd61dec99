"""A window of the log: bounded, in order, behind the horizon, and an event that was damaged."""

from __future__ import annotations

import json

import pytest

from otpguard.core.ocsf import VERSION
from otpguard.flows.siem import event_window
from otpguard.flows.siem.event_window import newest_place, read_window, sent_event
from otpguard.models import Event
from tests import factories
from tests.flows.audit.logging import wait_for_others, write
from tests.flows.siem.streaming import stream_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_empty_log_moves_nothing() -> None:
    stream = stream_of(factories.tenant(), xact=5)
    found = read_window(stream)
    assert (list(found.rows), found.xact, found.has_more) == ([], 5, False)


def test_a_window_without_own_events_is_passed_and_its_end_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_window, "WIDTH", 3)
    tenant = factories.tenant()
    stream, written = stream_of(tenant), write(factories.tenant().pk, 4)
    wait_for_others()
    found = read_window(stream)
    assert (list(found.rows), found.event, found.has_more) == ([], written[2], True)
    stream.xact, stream.event = found.xact, found.event
    found = read_window(stream)
    assert (found.event, found.has_more) == (written[3], False)


def test_no_more_than_asked_for_are_read() -> None:
    tenant = factories.tenant()
    written = write(tenant.pk, 4)
    wait_for_others()
    found = read_window(stream_of(tenant), most=3)
    assert [row.pk for row in found.rows] == written[:3]
    assert (found.event, found.has_more) == (written[2], True)


def test_from_the_newest_place_on_nothing_old_is_read() -> None:
    tenant = factories.tenant()
    write(tenant.pk)
    wait_for_others()
    xact, event = newest_place()
    assert not read_window(stream_of(tenant, xact=xact, event=event)).rows


def test_a_damaged_event_is_sent_as_such() -> None:
    tenant = factories.tenant()
    write(tenant.pk)
    row = Event.objects.get()
    for body in ("", "[1]", "null", '{"kind": 1}', "[" * 100_000):
        row.body = body
        said = json.loads(sent_event(row).rendered)
        assert said == {"metadata": {"uid": str(row.pk)}, "message": "This event was damaged."}


def test_an_event_of_another_release_is_still_sent() -> None:
    write(None)
    row = Event.objects.get()
    row.kind = "other.kind"
    row.body = row.body.replace("checkpoint.denied", "other.kind")
    found = sent_event(row)
    assert (found.label, found.severity) == ("other.kind", event_window.UNKNOWN_SEVERITY)
    assert json.loads(found.rendered)["metadata"]["version"] == VERSION
