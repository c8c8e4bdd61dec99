"""Names of logs, and where an event stands in one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from otpguard.audit.logs import log_of, newest_seal, origin_of, position_of
from otpguard.core.sealing.tree import leaf_hash
from otpguard.models import ALL_HEADS, SITE_EVENTS, Event
from tests.flows.audit.logging import ONE, TWO, begin, seal, seals_of, write


def test_a_log_is_named_by_the_installation_and_a_random_id(settings: Any) -> None:
    settings.OTPGUARD = {"INSTALLATION": "audit.example.com/i7"}
    assert origin_of(UUID(int=10)) == f"audit.example.com/i7/{'0' * 31}a"
    assert origin_of(SITE_EVENTS) == "audit.example.com/i7/site"
    assert origin_of(ALL_HEADS) == "audit.example.com/i7/heads"
    assert log_of(None) == SITE_EVENTS
    assert log_of(ONE) == ONE


@pytest.mark.django_db(transaction=True)
def test_the_index_of_an_event_is_where_its_hash_stands() -> None:
    begin()
    write(number=3)
    seal()
    write(number=2)
    write(TWO)
    seal()
    rows = list(Event.objects.filter(tenant_id=ONE).order_by("xact", "pk"))
    for index, row in enumerate(rows):
        found = position_of(row, leaf_hash(row.body.encode()))
        assert found is not None
        assert (found[0], found[1].size) == (index, 3 if index < 3 else 5)
    assert newest_seal(ONE) == seals_of()[-1]
    assert position_of(rows[0], leaf_hash(b"other")) is None
    rows[0].xact += 1_000
    assert position_of(rows[0], leaf_hash(rows[0].body.encode())) is None
