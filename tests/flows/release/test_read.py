"""Reading and taking away leave an event with the filter and the number of rows."""

from __future__ import annotations

import json

import pytest

from otpguard.flows.release.read import FILTER_LENGTH, record_export, record_read
from otpguard.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("write", "kind"), [(record_read, "data.read"), (record_export, "data.exported")]
)
def test_it_says_who_read_what_and_how_much(write: object, kind: str) -> None:
    member = factories.member(factories.tenant())
    facts = factories.facts(member.user, member.tenant)
    event = write(
        facts=facts,
        what="audit log",
        rows=12,
        filters={"kind": "x"},
        checkpoint="audit_log_view",
    )
    row = Event.objects.get(pk=event)
    assert (row.kind, row.actor_ref, row.tenant_id) == (kind, facts.user, member.tenant_id)
    assert row.checkpoint == "audit_log_view"
    assert json.loads(row.body)["data"] == {
        "what": "audit log",
        "filter": '{"kind": "x"}',
        "rows": 12,
    }


def test_a_long_filter_is_cut_off() -> None:
    event = record_read(
        facts=factories.facts(), what="x", rows=0, filters={"q": "y" * 9_000}, checkpoint=""
    )
    assert len(json.loads(Event.objects.get(pk=event).body)["data"]["filter"]) == FILTER_LENGTH
