"""The MAC of an event, which also binds what only the database knows: the writing transaction.

    key  = HMAC(MAC key of the installation, body | id | key_id)     for this one event
    mac  = SHA-256(key | xact as 8 bytes, big-endian)

PostgreSQL computes the second line inside the INSERT, so no round trip is added. Who sees the
statement learns a key that opens nothing but the `xact` of this event. The input always has 40
bytes, so a hash that begins with its key is safe here.
"""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from otpguard import vault
from otpguard.audit.subjects import KEPT, Subject, known_subjects
from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.secrets import derive_key, same
from otpguard.core.uuid7 import time_of
from otpguard.models import Event
from otpguard.vault import UndecryptableError

LATE = timedelta(seconds=2 * KEPT)
"""So close to an erasure an event may name the user still, in the column."""


def one_off_key(body: str, identity: UUID, key_id: str) -> bytes:
    """The key of one event: 32 bytes. Raises UndecryptableError without that root key."""
    message = body.encode() + identity.bytes + key_id.encode()
    return hmac.digest(_mac_key(key_id), message, "sha256")


def folded_mac(one_off: bytes, xact: int) -> str:
    """The MAC as PostgreSQL computes it, in hex. `xact` is from 0 to 2^63 - 1."""
    return sha256(one_off + xact.to_bytes(8, "big")).hexdigest()


def is_genuine(row: Event) -> bool:
    """True when the row's MAC fits its body, id, key and transaction, and the indexed columns
    repeat what the body says. Reads who stands behind its references, unless they are at hand.
    Raises UndecryptableError without the row's root key."""
    body = json.loads(row.body)
    repeats = (
        body["installation"] == settings().installation
        and body["id"] == str(row.id)
        and body["kind"] == row.kind
        and body["tenant"] == (str(row.tenant_id) if row.tenant_id else "")
        and body["checkpoint"] == row.checkpoint
        and body["story"] == (str(row.story) if row.story else "")
    )
    if not repeats or row.xact < 0:
        return False
    people = {body["actor"]: row.actor_ref, body["subject"]: row.subject_ref}
    if body["actor"] == body["subject"] and row.actor_ref != row.subject_ref:
        return False
    known = known_subjects(people)
    if not all(_stands_for(known.get(ref), ref, said, row.id) for ref, said in people.items()):
        return False
    return same(folded_mac(one_off_key(row.body, row.id, row.key_id), row.xact), row.mac)


def _stands_for(subject: Subject | None, ref: str, said: str, identity: UUID) -> bool:
    """Whether a column says who stands behind a reference: the key of the user, or the reference
    itself once they were erased."""
    if subject is None:
        return said == ref
    if subject.erased_at is None:
        if ref and not subject.key:
            raise UndecryptableError(f"who stands behind {ref} cannot be read any more")
        return said == subject.user
    # Another transaction may have put the user here at the same time, or with a key at hand.
    late = abs(time_of(identity) - subject.erased_at) <= LATE
    return said == ref or late


@lru_cache(maxsize=16)
def _mac_key(key_id: str) -> bytes:
    """Another one in each installation, though a copy of the database and its keys be there."""
    return derive_key(vault.key_for(vault.MAC, key_id), f"events of {settings().installation}")


forget_on_change(_mac_key, names=("OTPGUARD", "SECRET_KEY", "SECRET_KEY_FALLBACKS"))
