"""Move what is encrypted to the newest root key, and the blind index to the newest index key.

A row is rewritten only if something in it is still under an older key. An interrupted run therefore
continues when it is started again, and a run after the last one changes nothing. Batches are short
transactions that lock the rows they rewrite, so the site keeps running.

Events are not rewritten: their MACs cover the ciphertext. To read and verify old events, keep the
keys that they were written under.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.db.models import Model, QuerySet

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.key import RootKeyRotated
from otpguard.core.limits import OF_MAILBOXES, OF_NUMBERS
from otpguard.core.pumping.email_first import mailbox_of
from otpguard.core.shipped_kinds import PHONE
from otpguard.database import transaction
from otpguard.factors import phone
from otpguard.models import (
    Challenge,
    Event,
    Factor,
    MailedBrowser,
    NoticeEmail,
    NumberRelease,
    OptOut,
    PhoneClaim,
    PumpingDecision,
    Usage,
)
from otpguard.models.fields import Encrypted, EncryptedTextField

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One batch done: the table, its rows read and rewritten so far, and whether it is finished."""

    table: str
    read: int
    rewritten: int
    finished: bool = False


def tables() -> tuple[type[Model], ...]:
    """Every table with an encrypted column."""
    return tuple(
        model
        for model in apps.get_app_config("otpguard").get_models()
        if not model._meta.proxy and encrypted_fields(model)  # noqa: SLF001 (Django's Meta API)
    )


def encrypted_fields(model: type[Model]) -> tuple[str, ...]:
    """The names of a table's encrypted columns."""
    fields = model._meta.concrete_fields  # noqa: SLF001 (Django's documented Meta API)
    return tuple(field.name for field in fields if isinstance(field, EncryptedTextField))


def rekey(*, batch: int = BATCH) -> Iterator[Progress]:
    """Rewrite every table, one transaction per batch; yields after each batch.

    Raises UndecryptableError if a row is under a key that is not configured; earlier batches stay
    committed. Must not be called inside a transaction.
    """
    for model in tables():
        yield from _table(model, batch)


def record_rekey(*, rows: int, now: datetime) -> None:
    """Write down that so many rows were rewritten under the newest root key; nothing for none."""
    if rows:
        record(RootKeyRotated(rows=rows), Circumstances(now=now))


def events_under_older_keys() -> int:
    """How many audit events need an older root key to be read and verified."""
    return Event.objects.exclude(key_id=vault.key_ids()[0]).count()


def _table(model: type[Model], batch: int) -> Iterator[Progress]:
    rows: QuerySet[Any] = model._default_manager.order_by("pk")  # noqa: SLF001 (Django's API)
    newest = Fernet(urlsafe_b64encode(vault.key_for(vault.ENCRYPTION)))
    table = str(model._meta.verbose_name_plural)  # noqa: SLF001 (Django's documented Meta API)
    read = rewritten = 0
    last = None
    while True:
        after = rows if last is None else rows.filter(pk__gt=last)
        with transaction.durable("rekey"):
            taken = list(after.select_for_update(of=("self",))[:batch])
            rewritten += sum(_rewrite(row, newest) for row in taken)
        read += len(taken)
        if len(taken) < batch:
            yield Progress(table=table, read=read, rewritten=rewritten, finished=True)
            return
        last = taken[-1].pk
        yield Progress(table=table, read=read, rewritten=rewritten)


def _rewrite(row: Model, newest: Fernet) -> bool:
    """Move one locked row to the newest keys. False if it was there already."""
    changed = [name for name in encrypted_fields(type(row)) if _move(row, name, newest)]
    if isinstance(row, Factor):
        changed += _move_factor_index(row)
    elif isinstance(row, Challenge):
        changed += _move_challenge_index(row)
    elif isinstance(row, NoticeEmail):
        changed += _move_email_index(row)
    elif isinstance(row, MailedBrowser):
        changed += _move_mailbox_index(row)
    elif isinstance(row, OptOut):
        changed += _move_opt_out_index(row)
    elif isinstance(row, PumpingDecision | NumberRelease):
        changed += _move_number_index(row)
    if changed:
        row.save(update_fields=changed)
    return bool(changed)


def _move(row: Model, name: str, newest: Fernet) -> bool:
    value: Encrypted | None = getattr(row, name)
    if not value or _is_under(newest, value.token):
        return False
    setattr(row, name, Encrypted(vault.rotate(value.token)))
    return True


def _is_under(key: Fernet, token: str) -> bool:
    try:
        key.decrypt(token)
    except InvalidToken:
        return False
    return True


def _move_factor_index(factor: Factor) -> list[str]:
    if factor.kind != PHONE.slug:
        return []
    was = (factor.phone_index, factor.phone_index_old)
    (moved,) = phone.reindex([factor])
    if (moved.phone_index, moved.phone_index_old) == was:
        return []
    # The caps' counts of this number move along; otherwise rekeying would reset them.
    if moved.phone_index != was[0]:
        Usage.objects.filter(cap__in=OF_NUMBERS, key=was[0]).update(key=moved.phone_index)
    return ["secret", "phone_index", "phone_index_old", "email_index"]


def _move_challenge_index(challenge: Challenge) -> list[str]:
    if not challenge.phone_index:
        return []
    index = vault.blind_indexes(challenge.destination.reveal())[0]
    if index == challenge.phone_index:
        return []
    if challenge.browser:
        # No factor has this number, so its claim and its caps' counts move here.
        PhoneClaim.objects.filter(challenge=challenge).update(phone_index=index)
        Usage.objects.filter(cap__in=OF_NUMBERS, key=challenge.phone_index).update(key=index)
    challenge.phone_index = index
    return ["phone_index"]


def _move_email_index(row: NoticeEmail) -> list[str]:
    index = vault.blind_indexes(row.email.reveal().lower())[0]
    if index == row.email_index:
        return []
    if row.removed_at is None:
        live = NoticeEmail.objects.filter(user_id=row.user_id, removed_at=None)
        # A process without the new key may have added the same number since.
        if live.filter(email_index=index).exists():
            return []
    row.email_index = index
    return ["email_index"]


def _move_mailbox_index(row: MailedBrowser) -> list[str]:
    index = vault.blind_indexes(mailbox_of(row.email.reveal()))[0]
    if index == row.email_index:
        return []
    Usage.objects.filter(cap__in=OF_MAILBOXES, key=row.email_index).update(key=index)
    row.email_index = index
    return ["email_index"]


def _move_opt_out_index(row: OptOut) -> list[str]:
    indexes = vault.blind_indexes(row.number.reveal())
    moved = (indexes[0], indexes[1] if len(indexes) > 1 else "")
    if moved == (row.phone_index, row.phone_index_old):
        return []
    same = OptOut.objects.filter(channel=row.channel, tenant=row.tenant_id, ended_at=None)
    if row.ended_at is None and same.filter(phone_index=moved[0]).exclude(pk=row.pk).exists():
        return []  # a process with the new key has recorded the same since
    row.phone_index, row.phone_index_old = moved
    return ["phone_index", "phone_index_old"]


def _move_number_index(row: PumpingDecision | NumberRelease) -> list[str]:
    index = vault.blind_indexes(row.number.reveal())[0]
    if index == row.phone_index:
        return []
    row.phone_index = index
    return ["phone_index"]
