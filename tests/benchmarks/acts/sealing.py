"""Sealing, and the proof of one event; loaded once the settings are there."""

from __future__ import annotations

import random
from time import perf_counter
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from otpguard.audit.logs import newest_seal, note_of, position_of, tree_under
from otpguard.core.sealing.tree import inclusion_proof, leaf_hash
from otpguard.flows.audit.seal import seal_events
from otpguard.models import Event

BATCH = 10_000
MADE = """
INSERT INTO otpguard_event (id, tenant_id, kind, checkpoint, actor_ref, subject_ref, xact, body,
                            mac, key_id)
SELECT gen_random_uuid(), %s, 'checkpoint.denied', '', '7', '7',
       pg_current_xact_id()::text::bigint, repeat('x', 600) || n, '', ''
FROM generate_series(1, %s) n
"""
READ = "SELECT xact, id, tenant_id, body FROM otpguard_event WHERE tenant_id = %s ORDER BY xact, id"


def make(tenant: UUID, number: int) -> None:
    """Events of a tenant, with bodies of usual length and no MAC."""
    with connection.cursor() as cursor:
        cursor.execute(MADE, [tenant, number])


def seal_all() -> None:
    """Until nothing is left."""
    while seal_events(now=timezone.now()).events:
        pass


def seal_pass(number: int) -> float:
    """Seconds an event of one pass over so many."""
    seal_all()
    make(uuid4(), number)
    began = perf_counter()
    assert seal_events(now=timezone.now()).events == number
    return (perf_counter() - began) / number


def read_pass(number: int) -> float:
    """The same, only reading them."""
    tenant = uuid4()
    make(tenant, number)
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(READ, [tenant])
        assert len(cursor.fetchall()) == number
    return (perf_counter() - began) / number


def log_of_size(size: int) -> UUID:
    """A tenant with a sealed log of so many events."""
    tenant = uuid4()
    for done in range(0, size, BATCH):
        make(tenant, min(size - done, BATCH))
        seal_all()
    return tenant


def proof_times(tenant: UUID, number: int) -> tuple[list[float], list[float]]:
    """Seconds of proofs of events by chance, and of reading them alone."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum has done long before a log is that large
    keys = list(Event.objects.filter(tenant_id=tenant).values_list("pk", flat=True))
    proofs, reads = [], []
    for key in random.sample(keys, number):
        began = perf_counter()
        event = Event.objects.get(pk=key)
        reads.append(perf_counter() - began)
        began = perf_counter()
        seal = newest_seal(tenant)
        placed = position_of(event, leaf_hash(event.body.encode()))
        assert seal is not None
        assert placed is not None
        inclusion_proof(tree_under(seal), placed[0], seal.size)
        note_of(seal)
        proofs.append(perf_counter() - began)
    return sorted(proofs), sorted(reads)
