"""Numbers of a whole site for monitoring: the audit log, its streams, and what waits to be sent.

They name no organization and no person. Each is a gauge that says how things are now, so that an
alarm is a threshold.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from otpguard.audit.logs import newest_seal
from otpguard.core.challenge import DeliveryState
from otpguard.core.metric import Metric
from otpguard.core.uuid7 import time_of
from otpguard.flows.audit.lag import sealing_lag
from otpguard.flows.audit.nightly import newest_nightly
from otpguard.flows.audit.publish_lag import publishing_state
from otpguard.models import (
    ALL_HEADS,
    DeadLetter,
    Delivery,
    Event,
    LogCheck,
    LogStream,
    Notice,
    SealCursor,
)

MOST_COUNTED = 100_000
"""More events that no seal covers are not counted: the alarm is the same."""


def measure_site(*, now: datetime) -> tuple[Metric, ...]:
    """All metrics, always the same names. Reads only, some small statements. Raises DatabaseError,
    and ImproperlyConfigured if OTPGUARD is wrong."""
    return (*_sealing(now), *_checks(now), *_publishing(now), *_streams(now), *_outbox(now))


def _sealing(now: datetime) -> Iterator[Metric]:
    lag, newest = sealing_lag(now=now), newest_seal(ALL_HEADS)
    cursor = SealCursor.objects.filter(pk=1).first()
    yield Metric(
        name="otpguard_audit_sealing_begun",
        help="1 once `migrate` has begun the log.",
        value=int(lag.is_begun),
    )
    yield Metric(
        name="otpguard_audit_sealing_lag_seconds",
        help="Age of the oldest event that no seal covers.",
        value=lag.behind.total_seconds(),
    )
    yield Metric(
        name="otpguard_audit_unsealed_events",
        help=f"Events that no seal covers, counted up to {MOST_COUNTED}.",
        value=_behind(cursor.xact, cursor.event).count() if cursor else 0,
    )
    yield Metric(
        name="otpguard_audit_sealing_blockers",
        help="Open transactions of the server that hold sealing up.",
        value=len(lag.blockers),
    )
    yield Metric(
        name="otpguard_audit_heads",
        help="Size of the log of all heads; it never falls.",
        value=newest.size if newest else 0,
    )


def _behind(xact: int, event: UUID) -> QuerySet[Event]:
    """The first events after a place of the whole log."""
    # The first condition alone is what an index can begin at.
    rows = Event.objects.filter(Q(xact__gt=xact) | Q(pk__gt=event), xact__gte=xact)
    return rows.order_by("xact", "pk")[:MOST_COUNTED]


def _checks(now: datetime) -> Iterator[Metric]:
    ended = LogCheck.objects.exclude(finished_at=None).order_by("-pk").first()
    last = newest_nightly()
    yield Metric(
        name="otpguard_audit_check_damages",
        help="What the newest check of the log that has ended found. Above 0: the log is damaged.",
        value=ended.damages if ended else 0,
    )
    yield Metric(
        name="otpguard_audit_check_age_seconds",
        help="Time since the newest nightly check was begun; -1 before the first.",
        value=(now - last.asked_at).total_seconds() if last else -1,
    )


def _publishing(now: datetime) -> Iterator[Metric]:
    state = publishing_state(now=now)
    yield Metric(
        name="otpguard_audit_restored",
        help="1 while a place has a newer head than the database: nothing is sealed.",
        value=int(bool(state.newer_head)),
    )
    yield Metric(
        name="otpguard_audit_publish_lag_seconds",
        help="Age of the oldest head that a place of AUDIT_PUBLISH lacks.",
        label="place",
        by={each.name: each.behind.total_seconds() for each in state.places},
    )


def _streams(now: datetime) -> Iterator[Metric]:
    rows = LogStream.objects.order_by()
    active = rows.filter(state=LogStream.State.ACTIVE)
    last = active.order_by("xact", "event").values_list("xact", "event").first()
    waits = _behind(*last).values_list("pk", flat=True).first() if last else None
    counts = rows.aggregate(
        active=Count("pk", filter=Q(state=LogStream.State.ACTIVE)),
        paused=Count("pk", filter=Q(state=LogStream.State.PAUSED)),
        failing=Count("pk", filter=Q(state=LogStream.State.ACTIVE, failing_since__isnull=False)),
        since=Min("failing_since", filter=Q(state=LogStream.State.ACTIVE)),
    )
    since = counts.pop("since")
    yield Metric(
        name="otpguard_stream_lag_seconds",
        help="Age of the oldest event that some active stream has not passed.",
        value=max((now - time_of(waits)).total_seconds(), 0) if waits else 0,
    )
    yield Metric(
        name="otpguard_streams",
        help="Event streams by state; failing ones are active as well.",
        label="state",
        by=counts,
    )
    yield Metric(
        name="otpguard_stream_failing_seconds",
        help="For how long the stream fails that fails longest.",
        value=(now - since).total_seconds() if since else 0,
    )
    yield Metric(
        name="otpguard_stream_dead_letters",
        help="Events that receivers have refused and that are kept.",
        value=DeadLetter.objects.count(),
    )


def _outbox(now: datetime) -> Iterator[Metric]:
    queued = Delivery.objects.filter(
        state=DeliveryState.QUEUED.value, challenge__expires_at__gt=now
    ).aggregate(count=Count("pk"), oldest=Min("created_at"))
    open_ = (Notice.State.QUEUED, Notice.State.SENDING)
    notices = Notice.objects.filter(state__in=open_).aggregate(
        count=Count("pk"), oldest=Min("created_at")
    )
    waiting = {"codes": queued, "notices": notices}
    yield Metric(
        name="otpguard_outbox_waiting",
        help="Messages that wait to be sent.",
        label="kind",
        by={kind: found["count"] for kind, found in waiting.items()},
    )
    yield Metric(
        name="otpguard_outbox_lag_seconds",
        help="Age of the oldest message that waits.",
        label="kind",
        by={
            kind: (now - found["oldest"]).total_seconds() if found["oldest"] else 0
            for kind, found in waiting.items()
        },
    )
