"""Keep a form while its sender proves who they are, then let them send it once.

A request that an attacker planted must not profit from the person's step-up (D4): the page names
the action and only a click sends the form. It is kept encrypted, for ten minutes, bound to user,
tenant, login session, path and intent, without files and without secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.events.form import FormContinued, FormKept, FormRejected
from otpguard.core.facts import RequestFacts
from otpguard.core.intent import VOLATILE_FIELDS
from otpguard.core.reasons import FormReason
from otpguard.core.secret_names import says_secret
from otpguard.database import transaction
from otpguard.exceptions import Ask
from otpguard.flows.coalesce import Coalescer
from otpguard.models import KeptForm

LIFE = timedelta(minutes=10)
LIVE_PER_SESSION = 3

lately = Coalescer()


class Blank(StrEnum):
    """How a field that was not kept is entered again."""

    HIDDEN = "hidden"
    """A secret of one line."""
    LINES = "lines"
    """A secret of several lines."""
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedForm:
    """A kept form, opened for its owner. `blanks` are the names of fields that were not kept, each
    as often as it was filled in; `labels` what pages call a field, as far as that is known."""

    id: str
    path: str
    fields: Mapping[str, Sequence[str]]
    blanks: Sequence[tuple[str, Blank]]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """A request that sends a kept form on: which one, and where it goes."""

    id: str
    path: str


def keep_form(
    *,
    facts: RequestFacts,
    ask: Ask,
    path: str,
    fields: Mapping[str, Sequence[str]],
    files: Sequence[str],
    labels: Mapping[str, str],
    sent: str = "",
) -> str:
    """Keep a form and return its id, empty when it is too large or the session has no sid.

    `files` are the names of the fields of uploaded files; these, and fields with a secret's name,
    are named and not kept. `labels` are what the form's page calls its fields.
    `sent` is the id of the kept form that this very request sends: the same form again keeps that
    id, however often somebody presses the button. Only the three newest of a login session are kept
    (A12), besides those that were sent. One transaction of its own.
    """
    kept = {
        name: list(values)
        for name, values in fields.items()
        if name not in VOLATILE_FIELDS and not is_secret(name)
    }
    blanks = _blanks({name: fields[name] for name in fields if name not in kept}, files)
    body = json.dumps({"fields": kept, "blanks": blanks, "labels": dict(labels)})
    if not facts.sid or len(json.dumps(kept)) > settings().kept_form_bytes:
        return ""
    if sent and _is_same(facts, sent, path, kept):
        return sent
    with transaction.atomic():
        _make_room(facts.sid)
        row = KeptForm.objects.create(
            sid=facts.sid,
            user_id=facts.user,
            tenant_id=facts.tenant or None,
            story=UUID(ask.story),
            path=path,
            intent=ask.intent,
            body=body,
            created_at=facts.now,
            expires_at=facts.now + LIFE,
        )
        _record_kept(facts, ask, fields=len(kept), withheld=len({name for name, _ in blanks}))
    return str(row.pk)


def _blanks(left_out: Mapping[str, Sequence[str]], files: Sequence[str]) -> list[tuple[str, Blank]]:
    """What must be entered again: the names of secrets, and of the fields of files."""
    secrets = [
        (name, Blank.LINES if "\n" in value else Blank.HIDDEN)
        for name, values in left_out.items()
        if name not in VOLATILE_FIELDS
        for value in values
    ]
    return secrets + [(name, Blank.FILE) for name in files]


def _make_room(sid: str) -> None:
    """Delete what is too much of a login session, the oldest first; never one that was sent on: its
    view may fail and give it back."""
    waiting = KeptForm.objects.filter(sid=sid, used_at=None)
    newest = waiting.order_by("-created_at").values_list("pk", flat=True)
    waiting.exclude(pk__in=list(newest[: LIVE_PER_SESSION - 1])).delete()


def _is_same(
    facts: RequestFacts, form_id: str, path: str, fields: Mapping[str, Sequence[str]]
) -> bool:
    """Whether what is kept under this id is this form, and may still be sent on."""
    row = KeptForm.objects.live(facts).filter(pk=_key(form_id), path=path).first()
    return row is not None and json.loads(row.body.reveal())["fields"] == fields


def _record_kept(facts: RequestFacts, ask: Ask, *, fields: int, withheld: int) -> None:
    # A repeat belongs to the story of the first form, whose event is written (A11).
    _, count = lately.count((facts.sid, ask.story), story=ask.story, now=facts.now)
    if count:
        record(
            FormKept(fields=fields, withheld=withheld),
            Circumstances.of_ask(facts, ask),
        )


def open_form(*, facts: RequestFacts, form_id: str) -> OpenedForm | None:
    """The kept form for its owner's page; None when it is used, expired or not theirs."""
    row = KeptForm.objects.live(facts).filter(pk=form_id).first()
    if row is None:
        return None
    body = json.loads(row.body.reveal())
    return OpenedForm(
        id=str(row.pk),
        path=row.path,
        fields=body["fields"],
        blanks=tuple((name, Blank(blank)) for name, blank in body["blanks"]),
        labels=body["labels"],
    )


def take_form(*, facts: RequestFacts, form: SentForm, checkpoint: str) -> bool:
    """Use up a kept form when it is sent. Returns False when it cannot be used.

    Joins the caller's transaction, in which the proof is spent as well: both or neither. Locks the
    form.
    """
    live = KeptForm.objects.live(facts).filter(pk=_key(form.id), path=form.path)
    if not live.update(used_at=facts.now):
        return False
    row = KeptForm.objects.get(pk=form.id)
    record(FormContinued(), Circumstances.of(facts, checkpoint=checkpoint, story=str(row.story)))
    return True


def record_rejected(*, facts: RequestFacts, form: SentForm, checkpoint: str) -> None:
    """Write down that a form could not be taken, and why. A transaction of its own."""
    row = KeptForm.objects.filter(pk=_key(form.id), sid=facts.sid).first()
    story = str(row.story) if row else ""
    with transaction.atomic():
        record(
            FormRejected(reason=str(_why(row, facts, form.path))),
            Circumstances.of(facts, checkpoint=checkpoint, story=story),
        )


def is_used(*, facts: RequestFacts, form_id: str) -> bool:
    """True when this session has sent the kept form already; one read."""
    used = KeptForm.objects.filter(pk=_key(form_id), sid=facts.sid).exclude(used_at=None)
    return bool(facts.sid) and used.exists()


def give_back(*, form_id: str) -> None:
    """Return the single use of a kept form whose view failed with a server error."""
    KeptForm.objects.filter(pk=form_id).update(used_at=None)


def _key(form_id: str) -> UUID:
    """The id as a key; what cannot be one is that of no form."""
    try:
        return UUID(form_id)
    except ValueError:
        return UUID(int=0)


def is_secret(name: str) -> bool:
    """True for a field whose name says that it holds a secret."""
    return says_secret(name, settings().secret_fields)


def _why(row: KeptForm | None, facts: RequestFacts, path: str) -> FormReason:
    if row is None:
        return FormReason.UNKNOWN
    if row.used_at is not None:
        return FormReason.USED
    if str(row.tenant_id or "") != facts.tenant:
        return FormReason.OTHER_TENANT
    return FormReason.EXPIRED if row.path == path else FormReason.OTHER_PATH
