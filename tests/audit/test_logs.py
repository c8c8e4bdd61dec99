"""Names of logs, and where an event stands in one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from otpguard.audit.logs import (
    log_of,
    newest_seal,
    origin_of,
    position_of,
    tile_reader,
    tree_under,
)
from otpguard.core.sealing.tree import leaf_hash
from otpguard.models import ALL_HEADS, SITE_EVENTS, Event, Seal
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


@pytest.mark.django_db(transaction=True)
def test_the_place_of_an_event_is_read_from_one_seal() -> None:
    """Though one transaction goes over many: they end at its first, second, third, ... event."""
    begin()
    with transaction.atomic():
        write(number=6)
    for _ in range(6):
        seal(most=1)
    rows = list(Event.objects.filter(tenant_id=ONE).order_by("xact", "pk"))
    assert len(seals_of()) == 6
    for index, row in enumerate(rows):
        with CaptureQueriesContext(connection) as queries:
            found = position_of(row, leaf_hash(row.body.encode()))
        assert found is not None
        assert (found[0], found[1].size, len(queries)) == (index, index + 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_hash_across_two_leaves_is_no_leaf() -> None:
    begin()
    write(number=2)
    seal()
    (made,) = seals_of()
    row = Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[0]
    assert position_of(row, bytes(made.leaves)[16:48]) is None


@pytest.mark.django_db(transaction=True)
def test_hashes_of_a_seal_in_the_middle_are_read_and_missing_ones_are_said() -> None:
    begin()
    for number in (3, 4, 5):
        write(number=number)
        seal()
    every = b"".join(bytes(each.leaves) for each in seals_of())
    read = tile_reader(ONE)
    for width in (1, 3, 4, 7, 12):
        assert read(0, 0, width) == every[: 32 * width]
    newest = newest_seal(ONE)
    assert newest is not None
    newest.peaks = b"short"
    with pytest.raises(LookupError, match="peaks"):
        tree_under(newest)
    Seal.objects.filter(log=ONE, size=7).delete()
    for width in (4, 12):
        with pytest.raises(LookupError, match="missing"):
            read(0, 0, width)
