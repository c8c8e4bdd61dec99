"""What seals take: hashes in the order of each log, in parts of a size."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from otpguard.audit.fresh_events import fresh_parts
from otpguard.core.sealing.tree import leaf_hash
from otpguard.models import SITE_EVENTS, Event, SealCursor
from tests.flows.audit.logging import ONE, TWO, begin, bodies, seal, wait_for_others, write
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_log_has_its_own_parts_in_its_order() -> None:
    begin()
    for tenant in (ONE, TWO, None, ONE, ONE):
        write(tenant)
    wait_for_others()
    found = fresh_parts(SealCursor.objects.get(), most=10, together=2)
    assert [(each.log, len(each.leaves)) for each in found] == [
        *((ONE, 2), (ONE, 1), (TWO, 1), (SITE_EVENTS, 1))
    ]
    assert [leaf for each in found if each.log == ONE for leaf in each.leaves] == bodies()
    last = Event.objects.filter(tenant_id=ONE).order_by("xact", "pk").last()
    assert last is not None
    assert (found[1].last_xact, found[1].last_event) == (last.xact, last.pk)
    assert found[0].first_xact < found[0].last_xact < found[1].first_xact


def test_a_body_is_hashed_as_its_bytes_whatever_stands_in_it() -> None:
    """Somebody may have edited it before it was sealed: that shows, and stops nothing."""
    begin()
    write(number=2)
    first = Event.objects.order_by("xact", "pk")[0]
    Event.objects.filter(pk=first.pk).update(body="a,b \n\u00e9\U0001f511")
    wait_for_others()
    (part,) = fresh_parts(SealCursor.objects.get(), most=10, together=10)
    assert part.leaves[0] == leaf_hash("a,b \n\u00e9\U0001f511".encode())


def test_what_is_sealed_is_not_fresh_any_more() -> None:
    begin()
    write()
    seal()
    assert fresh_parts(SealCursor.objects.get(), most=10, together=10) == []


@postgres_only
def test_what_is_before_the_horizon_alone_is_taken() -> None:
    begin()
    cursor = SealCursor.objects.get()
    with transaction.atomic():
        write()
        assert fresh_parts(cursor, most=10, together=10) == []
    wait_for_others()
    assert len(fresh_parts(cursor, most=10, together=10)) == 1


@postgres_only
def test_a_broken_database_is_said() -> None:
    begin()
    cursor = SealCursor.objects.get()
    with transaction.atomic():
        with pytest.raises(DatabaseError), connection.cursor() as broken:
            broken.execute("SELECT 1 / 0")
        with pytest.raises(DatabaseError):
            fresh_parts(cursor, most=10, together=10)
        transaction.set_rollback(True)
