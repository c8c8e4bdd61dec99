"""The references of people in the audit log, and what is encrypted under their keys (C31).

An event's body names a person by a random reference. What is personal in it is encrypted with
AES-256-GCM under that person's key; the event's id and whose it is are authenticated along, so no
ciphertext can be moved. MAC and tree commit to reference and ciphertext: once the key is erased,
the event still verifies and says nothing of the person.

Keys stay in a process for at most `KEPT` seconds, so that "erased" is true a minute later.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from otpguard.audit.subject_cache import SubjectCache
from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.secrets import same
from otpguard.database import connection
from otpguard.models import SubjectKey
from otpguard.models.fields import Encrypted
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch
from otpguard.vault import UndecryptableError

KEY_BYTES = 32
NONCE_BYTES = 12
KEPT = 60.0
"""Seconds."""
MOST = 10_000

_COLUMNS = Columns(SubjectKey, "ref", "user_key", "secret", "created_at")
_READ = Columns(SubjectKey, "ref", "user_key", "secret", "erased_at")


@lru_cache(maxsize=1)
def _find_or_make_sql() -> str:
    """Made when it is first asked for: the types are those of the database in force."""
    return f"""
WITH wanted ({_COLUMNS.names()}) AS (SELECT * FROM {_COLUMNS.unnest()}),
known AS (SELECT {_READ.names()} FROM {_COLUMNS.table} WHERE user_key = ANY(%s)),
made AS (
    INSERT INTO {_COLUMNS.table} ({_COLUMNS.names()})
    SELECT {_COLUMNS.names()} FROM wanted
    WHERE NOT EXISTS (SELECT FROM known WHERE known.user_key = wanted.user_key)
    RETURNING {_READ.names()}
)
SELECT {_READ.names()} FROM known UNION ALL SELECT {_READ.names()} FROM made
"""  # noqa: S608 (constant text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person as the log knows them. `key` is empty where its root key is gone, and `user` where
    the person was erased, at `erased_at`."""

    ref: str
    user: str = ""
    key: bytes = field(default=b"", repr=False)
    erased_at: datetime | None = None
    cipher: AESGCM | None = field(default=None, init=False, repr=False, compare=False)
    """What the key opens; made once, and gone with the key."""

    def __post_init__(self) -> None:
        """Prepare the cipher."""
        if self.key:
            object.__setattr__(self, "cipher", AESGCM(self.key))


_by_user: SubjectCache[Subject] = SubjectCache(seconds=KEPT, most=MOST)
_by_ref: SubjectCache[Subject | None] = SubjectCache(seconds=KEPT, most=MOST)


def subjects_of(users: Iterable[str]) -> dict[str, Subject]:
    """The references of people who are about to stand in an event; new ones are made.

    `users` are their primary keys. Joins the caller's transaction. No statement for people whose
    keys are at hand; one for all others together (two on SQLite). Raises DatabaseError.
    """
    wanted = {user for user in users if user}
    found = _by_user.get_many(wanted)
    missing = sorted(wanted - found.keys())
    if missing:
        made = _find_or_make(missing)
        _remember(made.values())
        found.update(made)
    return found


def known_subjects(refs: Iterable[str]) -> dict[str, Subject]:
    """Who stands behind references; one that is not there is not among them. One read for those
    that are not at hand. Raises DatabaseError."""
    wanted = {ref for ref in refs if ref}
    found = _by_ref.get_many(wanted)
    missing = {key: ref for ref in wanted - found.keys() if (key := _uuid(ref)) is not None}
    if missing:
        rows = {row.pk: row for row in SubjectKey.objects.filter(pk__in=missing)}
        read = {ref: _opened(rows[key]) if key in rows else None for key, ref in missing.items()}
        _by_ref.put_many(read)
        found.update(read)
    return {ref: subject for ref, subject in found.items() if subject is not None}


def forget_subjects() -> None:
    """Forget all keys at hand: after an erasure, and between tests."""
    _by_user.cache_clear()
    _by_ref.cache_clear()


def encrypt_for(subject: Subject, plain: bytes, *, event: UUID) -> str:
    """`plain` under a person's key, bound to one event."""
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = _cipher_of(subject).encrypt(nonce, plain, _bound_to(event, subject))
    return urlsafe_b64encode(nonce + ciphertext).decode().rstrip("=")


def decrypt_for(subject: Subject, token: str, *, event: UUID) -> bytes:
    """What `encrypt_for` made. Raises UndecryptableError for another's, and without the key."""
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    try:
        return _cipher_of(subject).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(event, subject)
        )
    except (InvalidTag, ValueError):
        raise UndecryptableError("no key opens what is personal in this event") from None


def _cipher_of(subject: Subject) -> AESGCM:
    # Without a key this raises ValueError.
    return subject.cipher or AESGCM(subject.key)


def _bound_to(event: UUID, subject: Subject) -> bytes:
    return f"{settings().installation}|{event}|{subject.ref}".encode()


def _find_or_make(users: list[str]) -> dict[str, Subject]:
    wanted, fresh = [], {}
    for user in users:
        ref, key = uuid4(), os.urandom(KEY_BYTES)
        wanted.append(_new_row(user, ref, key))
        fresh[ref] = Subject(ref=str(ref), user=user, key=key)
    if connection.vendor != "postgresql":
        known = list(SubjectKey.objects.filter(user_key__in=users))
        there = {row.user_key for row in known}
        rows = known + SubjectKey.objects.bulk_create(
            [row for row in wanted if row.user_key not in there]
        )
    else:
        values = [[getattr(row, name) for name in _COLUMNS.attributes] for row in wanted]
        found_rows = fetch(_find_or_make_sql(), [*_COLUMNS.bind_rows(values), users])
        rows = [_READ.read(row) for row in found_rows]
    every = [fresh.get(row.ref) or _opened(row) for row in rows]
    opened = [subject for subject in every if subject is not None and subject.key]
    found: dict[str, Subject] = {}
    # Of two, everybody takes the same one.
    for subject in sorted(opened, key=lambda each: each.ref):
        found.setdefault(subject.user, subject)
    if lost := [user for user in users if user not in found]:
        # Their keys cannot be read: what is written from now on can be.
        again = [_new_row(user, uuid4(), os.urandom(KEY_BYTES)) for user in lost]
        made = SubjectKey.objects.bulk_create(again)
        found.update({each.user: each for row in made if (each := _opened(row)) is not None})
    return found


def _new_row(user: str, ref: UUID, key: bytes) -> SubjectKey:
    return SubjectKey(ref=ref, user_key=user, secret=f"{ref} {key.hex()} {user}")


def _opened(row: SubjectKey) -> Subject | None:
    """None for a row that was made to speak of somebody else."""
    ref = str(row.ref)
    if row.erased_at is not None:
        return Subject(ref=ref, erased_at=row.erased_at)
    try:
        secret = row.secret.reveal() if isinstance(row.secret, Encrypted) else row.secret
        said, key, user = secret.split(" ", 2)
    except UndecryptableError:
        return Subject(ref=ref, user=row.user_key)
    except ValueError:
        return None
    if not same(said, ref) or user != row.user_key:
        return None
    return Subject(ref=ref, user=user, key=bytes.fromhex(key))


def _remember(subjects: Iterable[Subject]) -> None:
    subjects = list(subjects)
    _by_user.put_many({each.user: each for each in subjects})
    _by_ref.put_many({each.ref: each for each in subjects})


def _uuid(ref: str) -> UUID | None:
    try:
        return UUID(ref)
    except ValueError:
        return None


forget_on_change(*(_by_user, _by_ref), names=("OTPGUARD", "SECRET_KEY", "SECRET_KEY_FALLBACKS"))
