"""Erase a person: their rows go, and in the log nothing leads to them any more.

The events stay, with all hashes, MACs and proofs: they name a reference whose key is destroyed.
Beyond reach is what has left the database: bundles, copies in a SIEM, backups until the journal is
applied to them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.erasure_journal import add_erased, erased_refs
from otpguard.audit.recorder import record
from otpguard.audit.subjects import forget_subjects
from otpguard.core.events.erasure import PersonErased
from otpguard.core.facts import RequestFacts
from otpguard.database import connection, transaction
from otpguard.exceptions import ErasureRefused
from otpguard.flows.erase import erase_person, is_kept, uses_of_person
from otpguard.flows.lock_order import lock_person
from otpguard.flows.scope import check_site
from otpguard.models import Event, SubjectKey, Tenant, Usage
from otpguard.prepared_sql import Columns

_EVENTS = Columns(Event)
_IN_SQLITE = "json_extract(body, '$.{}')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased: how many references a person had, and in how many events."""

    references: int
    events: int


def erase_subject(*, facts: RequestFacts, user_id: str, reason: str, again: bool = False) -> Erased:
    """Erase a person by the key of their user, which may be deleted already.

    One transaction that joins an outer one. Locks the person for good; deletes their rows as
    `erase_person` does, but not the host's user; destroys their keys. The journal is written before
    the commit. Raises NotAllowed within a tenant, ErasureRefused under a legal hold or while a hold
    is running, JournalError where the journal cannot be written; nothing is erased then.
    """
    check_site(facts)
    with transaction.atomic():
        _check_kept(user_id)
        counted: list[int] = []
        if _is_there(user_id):
            lock_person(user_id, for_good=True)
            counted = list(uses_of_person(user_id).values_list("pk", flat=True))
            erase_person(facts=facts, user_id=user_id)
        Usage.objects.filter(pk__in=counted).delete()
        keys = list(SubjectKey.objects.select_for_update().filter(user_key=user_id))
        refs = [key.pk for key in keys]
        events = _unlink(user_id)
        SubjectKey.objects.filter(pk__in=refs).update(user_key="", secret="", erased_at=facts.now)
        said = PersonErased(
            references=sorted(map(str, refs)), events=events, reason=reason, again=again
        )
        record(said, Circumstances.of(facts, tenant="", subject=""))
        add_erased(refs, at=facts.now)
    forget_subjects()
    return Erased(references=len(refs), events=events)


def erase_again(*, facts: RequestFacts) -> Erased:
    """After a restore, erase everybody whom the journal names and who is back. Returns the sums.

    One transaction each. Raises as `erase_subject` does.
    """
    check_site(facts)
    back = SubjectKey.objects.filter(pk__in=erased_refs()).exclude(user_key="")
    references = events = 0
    for user in sorted(set(back.values_list("user_key", flat=True))):
        done = erase_subject(facts=facts, user_id=user, reason="journal", again=True)
        references, events = references + done.references, events + done.events
    return Erased(references=references, events=events)


def _check_kept(user_id: str) -> None:
    kept = Tenant.objects.filter(legal_hold=True).values("pk")
    theirs = Q(subject_ref=user_id) | Q(actor_ref=user_id)
    if is_kept(user_id=user_id) or Event.objects.filter(theirs, tenant_id__in=kept).exists():
        raise ErasureRefused(str(_("A legal hold forbids this.")))


def _is_there(user_id: str) -> bool:
    people = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
    try:
        return people.filter(pk=user_id).exists()
    except (ValidationError, ValueError):
        return False


def _unlink(user_id: str) -> int:
    """Put the reference in place of the user beside every event of theirs. Returns how many. May
    read the whole table: nothing else asks for a person in all logs."""
    said = "body::jsonb ->> '{}'" if connection.vendor == "postgresql" else _IN_SQLITE
    change = ", ".join(
        f"{column} = CASE WHEN {column} = %s THEN {said.format(name)} ELSE {column} END"
        for column, name in (("actor_ref", "actor"), ("subject_ref", "subject"))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_EVENTS.table} SET {change} WHERE actor_ref = %s OR subject_ref = %s",  # noqa: S608 (constant text)
            [user_id] * 4,
        )
        changed: int = cursor.rowcount
    return changed
