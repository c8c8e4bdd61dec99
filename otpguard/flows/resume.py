"""Keep a form while its sender proves who they are, and let it be sent on, once.

Whoever plants a request must not have it run by another's step-up (D4): the form is shown under
the name of its action and only a click sends it. It is kept encrypted, for ten minutes, bound to
user, tenant, login session, path and intent, without files and without secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import settings
from otpguard.core.events import RequestContinued, RequestHeld, RequestRejected
from otpguard.core.facts import RequestFacts
from otpguard.core.intent import VOLATILE_FIELDS
from otpguard.exceptions import Ask
from otpguard.flows.coalesce import Coalescer
from otpguard.models import HeldRequest

LIFE = timedelta(minutes=10)
LIVE_PER_SESSION = 3

lately = Coalescer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A kept form, opened for its owner."""

    id: str
    path: str
    fields: Mapping[str, Sequence[str]]
    withheld: Sequence[str]


def hold_request(
    *,
    facts: RequestFacts,
    ask: Ask,
    path: str,
    fields: Mapping[str, Sequence[str]],
    files: Sequence[str],
) -> str:
    """Keep a form and return its id, empty when it is too large or the session has no sid.

    `files` are names of file fields; they and fields with a secret's name are named, not kept.
    Only the three newest of a login session stay (A12). One transaction of its own.
    """
    kept = {
        name: list(values)
        for name, values in fields.items()
        if name not in VOLATILE_FIELDS and not is_secret(name)
    }
    withheld = sorted((set(fields) - VOLATILE_FIELDS - set(kept)) | set(files))
    body = json.dumps(kept)
    if not facts.sid or len(body) > settings().held_bytes:
        return ""
    with transaction.atomic():
        newest = (
            HeldRequest.objects.filter(sid=facts.sid, used_at=None)
            .order_by("-created_at")
            .values_list("pk", flat=True)[: LIVE_PER_SESSION - 1]
        )
        HeldRequest.objects.filter(sid=facts.sid).exclude(pk__in=list(newest)).delete()
        row = HeldRequest.objects.create(
            sid=facts.sid,
            user_id=facts.user,
            tenant_id=facts.tenant or None,
            story=UUID(ask.story),
            path=path,
            intent=ask.intent,
            body=body,
            withheld=withheld,
            created_at=facts.now,
            expires_at=facts.now + LIFE,
        )
        _record_held(facts, ask, fields=len(kept), withheld=len(withheld))
    return str(row.pk)


def _record_held(facts: RequestFacts, ask: Ask, *, fields: int, withheld: int) -> None:
    # A repeat belongs to the story of the first, which has the event (A11).
    _, count = lately.note((facts.sid, ask.story), story=ask.story, now=facts.now)
    if count:
        record(
            RequestHeld(fields=fields, withheld=withheld),
            Circumstances.of(facts, checkpoint=ask.checkpoint, story=ask.story, target=ask.target),
        )


def open_held(*, facts: RequestFacts, held_id: str) -> Held | None:
    """The kept form for its owner's page; None when it is used, expired or not theirs."""
    row = HeldRequest.objects.live(facts).filter(pk=held_id).first()
    if row is None:
        return None
    return Held(
        id=str(row.pk),
        path=row.path,
        fields=json.loads(row.body.reveal()),
        withheld=tuple(row.withheld),
    )


def consume(*, facts: RequestFacts, held_id: str, path: str, checkpoint: str) -> bool:
    """Take a kept form's single use as it is sent on. False, with an event, when it has none.

    The path must be the one it was kept for.
    """
    try:
        identity = UUID(held_id)
    except ValueError:
        identity = UUID(int=0)
    with transaction.atomic():
        live = HeldRequest.objects.live(facts)
        taken = live.filter(pk=identity, path=path).update(used_at=facts.now)
        row = HeldRequest.objects.filter(pk=identity, sid=facts.sid).first()
        where = Circumstances.of(facts, checkpoint=checkpoint, story=str(row.story) if row else "")
        why = _why(row, facts, path)
        record(RequestContinued() if taken else RequestRejected(reason=why), where)
    return bool(taken)


def is_used(*, facts: RequestFacts, held_id: str) -> bool:
    """True when this session's kept form was sent on before; one read."""
    try:
        identity = UUID(held_id)
    except ValueError:
        return False  # `consume` refuses it, with an event
    used = HeldRequest.objects.filter(pk=identity, sid=facts.sid).exclude(used_at=None)
    return bool(facts.sid) and used.exists()


def give_back(*, held_id: str) -> None:
    """Return the single use of a kept form whose view failed with a server error."""
    HeldRequest.objects.filter(pk=held_id).update(used_at=None)


def is_secret(name: str) -> bool:
    """True for a field whose name says that it holds a secret."""
    lowered = name.lower()
    return any(word in lowered for word in settings().secret_fields)


def _why(row: HeldRequest | None, facts: RequestFacts, path: str) -> str:
    if row is None:
        return "unknown"
    if row.used_at is not None:
        return "used"
    if str(row.tenant_id or "") != facts.tenant:
        return "other tenant"
    return "expired" if row.path == path else "other path"
