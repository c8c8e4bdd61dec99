"""The log of an organization: its events by time, person and kind, and whether one is genuine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from otpguard.account import name_of
from otpguard.audit.private import decrypt_private
from otpguard.audit.retained import purged_of
from otpguard.core.facts import RequestFacts
from otpguard.core.uuid7 import RANDOM_BYTES, time_of, uuid7
from otpguard.flows.audit.prove import ProofState, prove_event
from otpguard.flows.release.read import record_export, record_read
from otpguard.forms.team.log_filter import LogFilterForm
from otpguard.http.audit.event_proof import proof_file, proof_text
from otpguard.http.guard import require
from otpguard.labels import Text, event_label, held_label
from otpguard.models import Event
from otpguard.vault import UndecryptableError
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import show, team_page

CHECKPOINT = "audit_log_view"
SHOWN = 50
"""So many events on a page."""

USUAL = timedelta(days=30)
"""So far back the log is looked through unless another day is asked for: a search of all of it
could take minutes."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event in words. `about` is the person whom it concerns, if that is not who did it."""

    id: UUID
    what: Text
    where: Text
    at: datetime
    by: str
    about: str


@team_page
@require_safe
def log(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The events, the newest first, a page at a time; that they were read is an event itself."""
    require(request, CHECKPOINT, target=_("the log"), reads_safely=True)
    first = timezone.localdate(facts.now - USUAL)
    asked = request.GET.dict()
    form = LogFilterForm({"since": first.isoformat(), **{k: v for k, v in asked.items() if v}})
    rows, error = [], ""
    if form.is_valid():
        found = _chosen(facts, form.cleaned_data).filter(_older_than(asked.get("before", "")))
        rows = list(found.order_by("-id")[: SHOWN + 1])
        record_read(
            facts=facts,
            what="events",
            rows=min(len(rows), SHOWN),
            filters={name: str(value) for name, value in form.cleaned_data.items() if value},
            checkpoint=CHECKPOINT,
        )
    else:
        error = _("This choice cannot be read. Look at the marked fields.")
    kept = {name: form[name].value() or "" for name in form.fields}
    more = f"?{urlencode({**kept, 'before': rows[SHOWN - 1].pk})}" if len(rows) > SHOWN else ""
    return show(
        request,
        "log",
        status=400 if error else 200,
        error=error,
        form=form,
        lines=_lines(rows[:SHOWN]),
        more=more,
        purged=purged_of(UUID(facts.tenant)),
    )


@team_page
@require_safe
def event(request: HttpRequest, facts: RequestFacts, event_id: UUID) -> HttpResponse:
    """One event, and whether it stands in the signed log as it was written: checked now."""
    require(request, CHECKPOINT, target=_("the log"), reads_safely=True)
    row = _own(facts).filter(pk=event_id).first()
    if row is None:
        return not_found(request)
    record_read(facts=facts, what="events", rows=1, filters={}, checkpoint=CHECKPOINT)
    proof = prove_event(row)
    return show(
        request,
        "event",
        here="log",
        line=_lines([row])[0],
        personal=_personal(row),
        verified=proof_text(proof),
        holds=proof.state is ProofState.HOLDS,
        broken=proof.state is ProofState.BROKEN,
    )


@team_page
@require_safe
def event_file(request: HttpRequest, facts: RequestFacts, event_id: UUID) -> HttpResponse:
    """The event with what shows to anybody, without us, that it is in the signed log."""
    require(request, CHECKPOINT, target=_("the log"), reads_safely=True)
    row = _own(facts).filter(pk=event_id).first()
    proof = prove_event(row) if row is not None else None
    if row is None or proof is None or proof.state is not ProofState.HOLDS:
        return not_found(request)
    record_export(facts=facts, what="events", rows=1, filters={}, checkpoint=CHECKPOINT)
    return proof_file(row, proof)


def _own(facts: RequestFacts) -> QuerySet[Event]:
    return Event.objects.filter(tenant_id=UUID(facts.tenant))


def _chosen(facts: RequestFacts, choice: Mapping[str, object]) -> QuerySet[Event]:
    rows = _own(facts)
    if isinstance(since := choice["since"], date):
        rows = rows.filter(pk__gte=_bound(since))
    if isinstance(until := choice["until"], date) and until < date.max:
        rows = rows.filter(pk__lt=_bound(until + _DAY))
    if kind := choice["kind"]:
        rows = rows.filter(kind=kind)
    if actor := str(choice["actor"]):
        rows = rows.filter(actor_ref__in=_refs(actor))
    return rows


def _bound(day: date) -> UUID:
    """The least id of an event of that day, in the zone that is active."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    return uuid7(max(start, _EPOCH), bytes(RANDOM_BYTES))


_EPOCH = datetime.fromtimestamp(0, tz=timezone.get_fixed_timezone(0))


def _older_than(before: str) -> Q:
    try:
        return Q(pk__lt=UUID(before)) if before else Q()
    except ValueError:
        return Q()


def _refs(actor: str) -> list[str]:
    """What is typed, as an id, and the id of the person who logs in by it."""
    model = get_user_model()
    every = model._default_manager  # noqa: SLF001 (Django's documented name)
    named = every.filter(**{model.USERNAME_FIELD: actor}).values_list("pk", flat=True)
    return [actor, *map(str, named[:1])]


def _lines(rows: Iterable[Event]) -> list[LogLine]:
    """The events in words. One statement for the names."""
    rows = list(rows)
    names = _names({ref for row in rows for ref in (row.actor_ref, row.subject_ref) if ref})
    return [
        LogLine(
            id=row.pk,
            what=event_label(row.kind),
            where=held_label(row.checkpoint) if row.checkpoint else "",
            at=time_of(row.pk),
            by=names.get(row.actor_ref, row.actor_ref),
            about=(
                names.get(row.subject_ref, row.subject_ref)
                if row.subject_ref != row.actor_ref
                else ""
            ),
        )
        for row in rows
    ]


def _names(refs: Iterable[str]) -> dict[str, str]:
    model = get_user_model()
    known = []
    for ref in refs:
        try:
            known.append(model._meta.pk.to_python(ref))  # noqa: SLF001 (Django's documented Meta API)
        except ValidationError:
            continue
    people = model._default_manager.filter(pk__in=known)  # noqa: SLF001 (Django's documented name)
    return {str(each.pk): name_of(each) for each in people}


def _personal(row: Event) -> Mapping[str, str]:
    try:
        return decrypt_private(row)
    except (UndecryptableError, ValueError, KeyError, TypeError):
        return {}
