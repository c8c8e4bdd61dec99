"""What the sweep does about streams: have those sent that have something to send."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from otpguard.database import connection, transaction
from otpguard.flows.notice.notify import CALLED_AGAIN_AFTER
from otpguard.flows.siem.verification_calls import calls_that_wait
from otpguard.models import DeadLetter, Event, LogStream
from otpguard.queue import SEND_STREAM, enqueue_all

BATCH = 100
IDLE = timedelta(seconds=2)
"""How soon a stream without anything new is looked at again."""


def enqueue_due_streams(now: datetime) -> int:
    """Enqueue the streams that are due and have news; returns how many. Commits.

    News is that the newest event of the tenant is not sent, an index away. That overlooks one that
    was written by a long transaction, so each stream is read to its end once a minute anyway. Of a
    suspended tenant nobody is told of verifications: they wait.
    """
    with transaction.atomic():
        due = _news(_free(now), now).order_by("next_at").values_list("pk", "has_news")[:BATCH]
        found = list(due)
        wanted = [pk for pk, has_news in found if has_news]
        quiet = [pk for pk, has_news in found if not has_news]
        LogStream.objects.filter(pk__in=wanted).update(queued_until=now + CALLED_AGAIN_AFTER)
        LogStream.objects.filter(pk__in=quiet).update(next_at=now + IDLE)
        enqueue_all(SEND_STREAM, [{"stream_id": str(pk)} for pk in wanted])
    return len(wanted)


def _free(now: datetime) -> QuerySet[LogStream]:
    rows = LogStream.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now),
        Q(queued_until=None) | Q(queued_until__lte=now),
        state=LogStream.State.ACTIVE,
        next_at__lte=now,
    )
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    return rows


def _news(rows: QuerySet[LogStream], now: datetime) -> Any:  # noqa: ANN401 (annotated rows)
    """The rows with `has_news`."""
    own = Event.objects.filter(tenant_id=OuterRef("tenant_id")).order_by("-id")
    any_ = Event.objects.order_by("-id")
    letters = DeadLetter.objects.filter(stream=OuterRef("pk"), replay_at__isnull=False)
    rows = rows.annotate(
        own_xact=Subquery(own.values("xact")[:1]),
        own_id=Subquery(own.values("id")[:1]),
        any_xact=Subquery(any_.values("xact")[:1]),
        any_id=Subquery(any_.values("id")[:1]),
        letter=Subquery(letters.values("pk")[:1]),
    )
    return rows.annotate(
        has_news=~calls_that_wait()
        & (
            Q(look_at__lte=now)
            | Q(letter__isnull=False)
            | Q(failures__gt=0)
            | Q(tenant__isnull=False, own_xact__gt=F("xact"))
            | Q(tenant__isnull=False, own_xact=F("xact"), own_id__gt=F("event"))
            | Q(tenant=None, any_xact__gt=F("xact"))
            | Q(tenant=None, any_xact=F("xact"), any_id__gt=F("event"))
        )
    )
