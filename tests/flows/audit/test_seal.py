"""Sealing: each event once, in order, for all tenants in one pass, while others write."""

from __future__ import annotations

from threading import Barrier, Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.audit.logs import head_of, note_of, tile_reader, tree_of
from otpguard.audit.signers import is_signed
from otpguard.core.sealing.note import COSIGNS, NoteKey
from otpguard.core.sealing.tiles import WIDTH
from otpguard.core.sealing.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from otpguard.flows.audit.seal import EVERY, MOST_LEAVES, SealRun, seal_events
from otpguard.flows.due import due
from otpguard.flows.sweep import sweep
from otpguard.models import ALL_HEADS, SITE_EVENTS, LogTile, Seal, SealCursor
from tests.flows.audit.logging import (
    ONE,
    TWO,
    begin,
    bodies,
    leaves_of,
    seal,
    seals_of,
    wait_for_others,
    write,
)
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _begun() -> None:
    begin()


def test_a_seal_covers_what_was_written_and_its_head_is_signed() -> None:
    write(number=7)
    assert seal() == SealRun(events=7, logs=1)
    (made,) = seals_of()
    assert (made.first, made.size, bytes(made.root)) == (0, 7, root_of(bodies()))
    assert leaves_of([made]) == bodies()
    origin = f"unnamed.invalid/{ONE.hex}"
    assert head_of(made).origin == origin
    log = NoteKey(name=origin, public=bytes(made.public_key))
    clock = NoteKey(name=f"{origin}/clock", public=bytes(made.clock_key), kind=COSIGNS)
    note = note_of(made)
    assert note.verified_by([log, clock], is_signed) == (log, clock)
    assert note.time_by(clock) == int(made.at.timestamp())


def test_each_pass_continues_where_the_last_one_ended() -> None:
    for number in (1, 2, 300, 1):
        write(number=number)
        seal()
    found = seals_of()
    assert [(each.first, each.size) for each in found] == [(0, 1), (1, 3), (3, 303), (303, 304)]
    assert leaves_of(found) == bodies()
    for each in found:
        assert bytes(each.root) == root_of(bodies()[: each.size])


def test_a_pass_without_new_events_makes_no_seal() -> None:
    write()
    seal()
    before = Seal.objects.count()
    assert seal() == SealRun()
    assert Seal.objects.count() == before


def test_tenants_have_trees_of_their_own_and_the_site_has_one() -> None:
    for tenant in (ONE, None, TWO, ONE):
        write(tenant)
    assert seal().logs == 3
    for tenant in (ONE, TWO, None):
        (made,) = seals_of(tenant)
        assert leaves_of([made]) == bodies(tenant)
    assert Seal.objects.filter(log=SITE_EVENTS).count() == 1


def test_every_head_is_a_leaf_of_the_tree_of_heads() -> None:
    for _ in range(2):
        write(ONE)
        write(TWO)
        seal()
    heads = Seal.objects.exclude(log=ALL_HEADS).order_by("position")
    assert [each.position for each in heads] == [0, 1, 2, 3]
    texts = [leaf_hash(head_of(each).text().encode()) for each in heads]
    above = Seal.objects.filter(log=ALL_HEADS).order_by("size")
    assert [each.size for each in above] == [2, 4]
    assert leaves_of(list(above)) == texts
    assert bytes(above[1].root) == root_of(texts)


def test_a_tenant_with_many_events_gets_several_seals_and_none_too_large() -> None:
    write(number=MOST_LEAVES + 1)
    seal()
    assert [each.size for each in seals_of()] == [MOST_LEAVES, MOST_LEAVES + 1]


def test_a_pass_that_stops_in_the_middle_of_a_transaction_loses_nothing() -> None:
    with transaction.atomic():
        write(number=7)
    assert seal(most=3) == SealRun(events=3, logs=1, has_more=True)
    assert seal(most=3).has_more
    assert seal(most=3) == SealRun(events=1, logs=1)
    assert leaves_of(seals_of()) == bodies()


def test_proofs_come_out_of_what_is_stored() -> None:
    """Full tiles, fragments in seals, and the roots of tiles below."""
    for number in (100, 200, 500, 3):
        write(number=number)
        seal()
    size = 803
    assert LogTile.objects.filter(log=ONE).count() == size // WIDTH
    leaves, root = bodies(), root_of(bodies())
    for index in (0, 99, 255, 256, 700, 767, 768, 802):
        proof = inclusion_proof(tree_of(ONE, size), index, size)
        verify_inclusion(leaves[index], index, size, proof, root)
    for old in (1, 100, 256, 300, 800):
        proof = consistency_proof(tree_of(ONE, size), old, size)
        verify_consistency(old, size, proof, root_of(leaves[:old]), root)
    old_tree = inclusion_proof(tree_of(ONE, 300), 299, 300)
    verify_inclusion(leaves[299], 299, 300, old_tree, root_of(leaves[:300]))


def test_a_tile_whose_hashes_are_gone_is_an_error_and_not_a_proof() -> None:
    write(number=3)
    seal()
    read = tile_reader(ONE)
    assert len(read(0, 0, 3)) == 96
    for wanted in ((0, 0, 4), (0, 1, 1), (1, 0, 1)):
        with pytest.raises(LookupError):
            read(*wanted)
    write(number=3)
    seal()
    Seal.objects.filter(log=ONE, first=0).delete()
    with pytest.raises(LookupError):
        read(0, 0, 6)


def test_a_signer_that_fails_leaves_everything_for_the_next_pass(settings: Any) -> None:
    write()
    settings.OTPGUARD = {"AUDIT_SIGNER": {"BACKEND": f"{__name__}.Broken"}}
    with pytest.raises(ConnectionError):
        seal()
    assert Seal.objects.count() == LogTile.objects.count() == 0
    settings.OTPGUARD = {}
    assert seal().events == 1


class Broken:
    """A KMS that does not answer."""

    public = b"p" * 32
    retired: tuple[bytes, ...] = ()

    def sign(self, message: bytes) -> bytes:
        raise ConnectionError(message)


def test_without_its_cursor_nothing_is_sealed() -> None:
    SealCursor.objects.all().delete()
    write()
    assert seal() == SealRun(stands_by=True)
    assert "sealed" not in due(timezone.now())


def test_the_sweep_seals_within_five_seconds_and_then_waits() -> None:
    assert "sealed" not in due(timezone.now()), "there is nothing to seal"
    write()
    wait_for_others()
    now = timezone.now()
    assert sweep(now=now).sealed == 1
    write()
    assert "sealed" not in due(now)
    assert EVERY.total_seconds() < 5
    wait_for_others()
    assert sweep(now=now + EVERY).sealed == 1
    assert leaves_of(seals_of()) == bodies()


def test_a_full_pass_is_followed_by_the_next_at_once() -> None:
    write(number=3)
    now = timezone.now()
    assert seal_events(now=now, most=2).has_more
    assert "sealed" in due(now)


@postgres_only
def test_an_event_that_is_committed_late_is_not_skipped() -> None:
    written, may_end = Event(), Event()

    def late() -> None:
        with transaction.atomic():
            write(reason="late")
            written.set()
            may_end.wait(20)
        connection.close()

    thread = Thread(target=late)
    thread.start()
    assert written.wait(20)
    write(reason="later, and committed before")
    assert seal() == SealRun(), "an open transaction holds the horizon"
    may_end.set()
    thread.join()
    assert seal().events == 2
    assert leaves_of(seals_of()) == bodies()


@postgres_only
def test_while_one_pass_runs_others_stand_by() -> None:
    write()
    with transaction.atomic():
        assert SealCursor.objects.select_for_update().get()
        found: list[SealRun] = []

        def other() -> None:
            found.append(seal())
            connection.close()

        thread = Thread(target=other)
        thread.start()
        thread.join()
    assert found == [SealRun(stands_by=True)]
    assert seal().events == 1


def _at_once(*works: Any) -> list[BaseException]:
    """Run these in threads of their own until each has returned, and return what they raised."""
    barrier, errors = Barrier(len(works)), []

    def run(work: Any) -> None:
        try:
            barrier.wait(20)
            work()
        except BaseException as error:  # noqa: BLE001 (asserted by the test)
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_writers_and_sealers_at_once_give_every_event_one_index() -> None:
    tenants: list[UUID | None] = [uuid4(), uuid4(), None]

    def writing() -> None:
        for number in range(12):
            with transaction.atomic():
                write(tenants[number % 3], 1 + number % 2)
                with transaction.atomic():
                    write(tenants[number % 3])
                transaction.set_rollback(number % 5 == 4)

    def sealing() -> None:
        for _ in range(20):
            seal(most=7)

    assert _at_once(writing, writing, writing, sealing, sealing) == []
    while seal(most=7).has_more:
        pass
    for tenant in tenants:
        found = seals_of(tenant)
        assert [each.first for each in found] == [0, *(each.size for each in found[:-1])]
        assert sorted(leaves_of(found)) == sorted(bodies(tenant))
        assert len(set(leaves_of(found))) == found[-1].size
