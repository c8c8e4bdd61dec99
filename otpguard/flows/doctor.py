"""Examine a site: find what keeps codes from arriving, now or soon. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min, Q

from otpguard import vault
from otpguard.audit import client_ips
from otpguard.channels import catalog
from otpguard.conf import factor_kinds, settings
from otpguard.conf.people.login_backends import RECORDED, line_for
from otpguard.core import advice
from otpguard.core.advice import Finding, Findings
from otpguard.core.assurance import Channel
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.sender_advice import on_brand, on_sender
from otpguard.core.shipped_kinds import PASSKEY
from otpguard.core.sweep_run import SweepRun
from otpguard.core.ten_dlc import TenDlcStatus, on_ten_dlc, on_unregistered, on_volume
from otpguard.core.worker import Worker
from otpguard.database import connection
from otpguard.factors.trusted_makers import trusts_any
from otpguard.flows.audit.lag import on_sealing, sealing_lag
from otpguard.flows.audit.nightly import newest_nightly, on_checks
from otpguard.flows.audit.publish_lag import on_publishing, publishing_state
from otpguard.flows.rekey import events_under_older_keys
from otpguard.flows.route.sender_findings import brand_costs, sender_statuses
from otpguard.flows.route.ten_dlc import without_ten_dlc
from otpguard.flows.siem.residency import misplaced_tenants, on_residency
from otpguard.flows.siem.stream_status import on_streams
from otpguard.flows.tenant.below_defensible import tenants_below_defensible
from otpguard.intel.data_state import mailbox_state, network_state
from otpguard.intel.number import number_vendors
from otpguard.limits.limiter import limiter_trouble
from otpguard.models import (
    Challenge,
    Delivery,
    LoginSession,
    Notice,
    PolicyWish,
    TenDlcRegistration,
)
from otpguard.models.factor import FACTORS
from otpguard.queue import SWEEP_RUN, ask_workers, worker, workers

PING_SECONDS = 2.0
MONTH = timedelta(days=30)
WEEK = timedelta(days=7)
PATIENCE = timedelta(hours=1)


def examine_project(
    *, clock: Callable[[], datetime], ping_seconds: float = PING_SECONDS, volume: int | None = None
) -> tuple[Finding, ...]:
    """All findings, in the order in which a code passes the parts.

    `clock` is the application's clock; a ping waits `ping_seconds` for workers; `volume` is the
    number of US text messages a month to plan for, None for that of the last thirty days. An
    unreachable database is a finding, not an error. Raises ImproperlyConfigured if OTPGUARD is
    wrong.
    """
    return tuple(_examine(clock, ping_seconds, volume))


def skew_of(clock: Callable[[], datetime]) -> timedelta:
    """The database's time minus the application's, measured in the middle of one round trip.

    SQLite has no clock of its own. A database error passes through.
    """
    if connection.vendor != "postgresql":
        return timedelta(0)
    with connection.cursor() as cursor:
        before = clock()
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
        after = clock()
    return theirs.astimezone(UTC) - (before + (after - before) / 2)


def _examine(
    clock: Callable[[], datetime], ping_seconds: float, volume: int | None
) -> Iterator[Finding]:
    faults = catalog.loaded().faults
    yield from advice.on_providers(faults, list(settings().providers))
    if not faults:
        yield from _routes()
        yield from _receipts()
    if worker() is Worker.CELERY:
        yield from _workers(clock, ping_seconds)
    else:
        yield from advice.on_inline_worker()
    yield from advice.on_limiter(limiter_trouble())
    for topic, state in (("network", network_state(clock())), ("mailboxes", mailbox_state())):
        yield from advice.on_outside_data(
            topic, missing=state.missing, faulty=state.faulty, old=state.old
        )
    yield from _number_intel()
    try:
        yield from advice.on_clock(skew_of(clock))
        yield from _rows(clock(), volume)
    except (DatabaseError, InterfaceError) as error:
        yield from advice.error("database", f"It cannot be read: {' '.join(str(error).split())}")


def _number_intel() -> Findings:
    try:
        vendors = number_vendors()
    except (ImportError, TypeError, ValueError) as wrong:
        return advice.error("numbers", f"A vendor cannot be loaded: {wrong}")
    facts = {fact.value for vendor in vendors for fact in vendor.facts}
    return advice.on_number_intel([vendor.name for vendor in vendors], sorted(facts))


def _workers(clock: Callable[[], datetime], ping_seconds: float) -> Iterator[Finding]:
    """Whether workers answer, and how they sweep."""
    answered = workers(seconds=ping_seconds)
    yield from advice.on_workers(answered)
    if answered:
        told = ask_workers(SWEEP_RUN, seconds=ping_seconds, most=answered)
        runs = {name: SweepRun.of(data) for name, data in told.items()}
        yield from advice.on_sweep_runs({name: run for name, run in runs.items() if run}, clock())


def _rows(now: datetime, volume: int | None) -> Iterator[Finding]:
    """What the tables tell."""
    yield from _sweeper(now)
    yield from _notices(now)
    yield from on_sealing(sealing_lag(now=now))
    yield from on_streams(now=now)
    yield from on_residency(misplaced_tenants())
    yield from on_publishing(publishing_state(now=now))
    yield from on_checks(newest_nightly(), now)
    yield from _keys()
    mine, seen = settings(), client_ips.lately(now)
    yield from advice.on_client_ips(
        private=seen.private,
        unreadable=seen.unreadable,
        proxies=mine.trusted_proxies,
        limit=mine.unreadable_ip_limit,
    )
    yield from advice.on_relying_party(
        fixed=bool(mine.relying_party_id),
        origins=bool(mine.relying_party_origins),
        passkeys=FACTORS.filter(kind=PASSKEY.slug, disabled_at=None).count(),
    )
    yield from advice.on_below_defensible(tenants_below_defensible(now))
    yield from _logins(now)
    yield from advice.on_missing_kinds(_missing_kinds())
    asked = PolicyWish.objects.filter(current=True, wishes__attested_only=True).count()
    yield from advice.on_makers(asked=asked, trusted=trusts_any())
    yield from _registrations(now, volume)
    if not catalog.loaded().faults:
        for sender in sender_statuses():
            yield from on_sender(sender, now)
        for cost in brand_costs(now):
            yield from on_brand(cost)


def _registrations(now: datetime, volume: int | None) -> Iterator[Finding]:
    """10DLC: what is missing for numbers of ours, then where each registration stands."""
    campaigns = [_ten_dlc(row) for row in TenDlcRegistration.objects.all()]
    monthly = _us_volume(now) if volume is None else volume
    lacks = () if catalog.loaded().faults else without_ten_dlc(now=now)
    unregistered = [each.provider for each in lacks]
    yield from on_volume(monthly, campaigns, now, unregistered=unregistered)
    for lack in lacks:
        yield from on_unregistered(lack.provider, lack.lack.value, monthly)
    for each in campaigns:
        yield from on_ten_dlc(each, settings().providers, now)


def _logins(now: datetime) -> Findings:
    known = {*settings().login_backends, *RECORDED, ""}
    rows = LoginSession.objects.filter(started_at__gte=now - MONTH).exclude(backend__in=known)
    counts = rows.order_by().values("backend").annotate(count=Count("pk"))
    found = dict(counts.values_list("backend", "count"))
    return advice.on_logins(found, {backend: line_for(backend) for backend in found})


def _missing_kinds() -> dict[str, int]:
    known = FACTORS.filter(confirmed=True).exclude(kind__in=tuple(factor_kinds()))
    counts = known.order_by().values("kind").annotate(count=Count("pk"))
    return dict(counts.values_list("kind", "count"))


def _routes() -> Findings:
    by_channel: dict[Channel, list[str]] = {}
    for route in catalog.routes():
        by_channel.setdefault(route.channel, []).append(route.provider)
    return advice.on_channels(by_channel)


def _receipts() -> Findings:
    mine = settings()
    can = {name: made.capabilities for name, made in catalog.loaded().providers.items()}
    missing = {
        name: catalog.missing_for_receipts(
            can[name],
            base_url=mine.webhook_base_url,
            secret=mine.providers[name].webhook_secret,
        )
        for name in can
    }
    return advice.on_receipts(
        {name: setting for name, setting in missing.items() if setting},
        [name for name in can if can[name].receipts],
    )


def _sweeper(now: datetime) -> Findings:
    open_ = Q(state=ChallengeState.OPEN.value, expires_at__gt=now)
    due = Challenge.objects.filter(open_, due_at__lt=now).aggregate(at=Min("due_at"))["at"]
    queued = Delivery.objects.filter(
        state=DeliveryState.QUEUED.value, challenge__expires_at__gt=now
    )
    waiting = queued.aggregate(at=Min("created_at"))["at"]
    return advice.on_sweeper(now - (due or now), now - (waiting or now))


def _notices(now: datetime) -> Findings:
    open_ = (Notice.State.QUEUED, Notice.State.SENDING)
    waiting = Notice.objects.filter(state__in=open_, created_at__lt=now - PATIENCE)
    failed = Notice.objects.filter(state=Notice.State.FAILED, created_at__gte=now - WEEK)
    return advice.on_notices(waiting.count(), failed.count())


def _keys() -> Findings:
    mine, roots = settings(), len(vault.key_ids())
    return advice.on_keys(
        roots=roots,
        indexes=len(mine.index_keys),
        own_roots=bool(mine.root_keys),
        older_events=events_under_older_keys() if roots > 1 else 0,
    )


def _us_volume(now: datetime) -> int:
    """US text messages of the last thirty days. One of no country is not counted as one of ours."""
    return Delivery.objects.filter(
        channel=Channel.SMS.value, country="US", created_at__gte=now - MONTH
    ).count()


def _ten_dlc(row: TenDlcRegistration) -> TenDlcStatus:
    return TenDlcStatus(
        name=f"{row.brand}/{row.campaign}" if row.campaign else row.brand,
        provider=row.provider,
        status=row.status,
        vetting=row.vetting,
        submitted_at=row.submitted_at,
        expected_at=row.expected_at,
        expires_at=row.expires_at,
        interim=row.interim,
    )
