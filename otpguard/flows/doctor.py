"""Look a site over: what would keep codes from arriving, now or soon. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Min, Q
from django.utils.module_loading import import_string

from otpguard import vault
from otpguard.channels import catalog
from otpguard.conf import settings
from otpguard.core import advice
from otpguard.core.advice import Finding, Findings
from otpguard.core.assurance import Channel, FactorKind
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.registration import Registration, on_registration, on_volume
from otpguard.flows.rekey import events_under_older_keys
from otpguard.models import Challenge, Delivery, Notice, SenderRegistration
from otpguard.models.factor import FACTORS
from otpguard.queue import workers

PING_SECONDS = 2.0
MONTH = timedelta(days=30)
WEEK = timedelta(days=7)
PATIENCE = timedelta(hours=1)


def examine(
    *, clock: Callable[[], datetime], ping_seconds: float = PING_SECONDS, volume: int | None = None
) -> tuple[Finding, ...]:
    """Everything worth saying, in the order of the way that a code takes.

    `clock` is the application's; a ping waits `ping_seconds` for workers; `volume` are US text
    messages a month to plan for, None for those of the last thirty days. A database that is away
    is a finding, not an error. Raises ImproperlyConfigured for a broken OTPGUARD.
    """
    return tuple(_examine(clock, ping_seconds, volume))


def skew_of(clock: Callable[[], datetime]) -> timedelta:
    """The database's time less the application's, as the middle of one round trip saw it.

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
    faults = _faults()
    yield from advice.on_providers(faults, list(settings().providers))
    if not faults:
        yield from _routes()
        yield from _reports()
    yield from advice.on_workers(workers(seconds=ping_seconds))
    try:
        yield from advice.on_clock(skew_of(clock))
        yield from _rows(clock(), volume)
    except (DatabaseError, InterfaceError) as error:
        yield from advice.error("database", f"It cannot be read: {' '.join(str(error).split())}")


def _rows(now: datetime, volume: int | None) -> Iterator[Finding]:
    """What the tables tell."""
    yield from _sweeper(now)
    yield from _notices(now)
    yield from _keys()
    mine = settings()
    yield from advice.on_relying_party(
        fixed=bool(mine.relying_party_id),
        origins=bool(mine.relying_party_origins),
        passkeys=FACTORS.filter(kind=FactorKind.PASSKEY, disabled_at=None).count(),
    )
    registrations = [_registration(row) for row in SenderRegistration.objects.all()]
    monthly = _us_volume(now) if volume is None else volume
    yield from on_volume(monthly, registrations, now)
    for each in registrations:
        yield from on_registration(each, mine.providers, now)


def _faults() -> dict[str, str]:
    """Providers that do not load, and why."""
    found = {}
    for name, config in settings().providers.items():
        try:
            import_string(config.backend)(**config.options)
        except (ImportError, TypeError, ValueError) as error:
            found[name] = str(error)
    return found


def _routes() -> Findings:
    by_channel: dict[Channel, list[str]] = {}
    for route in catalog.routes():
        by_channel.setdefault(route.channel, []).append(route.provider)
    return advice.on_channels(by_channel)


def _reports() -> Findings:
    mine, made = settings(), catalog.providers()
    missing = {
        name: catalog.missing_for_reports(
            made.get(name),
            base_url=mine.webhook_base_url,
            secret=mine.providers[name].webhook_secret,
        )
        for name in made.names()
    }
    return advice.on_reports(
        {name: setting for name, setting in missing.items() if setting},
        [name for name in made.names() if made.get(name).receipts],
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
    """Text messages of the last thirty days; one whose country was not noted counts."""
    return Delivery.objects.filter(
        channel=Channel.SMS.value, country__in=["US", ""], created_at__gte=now - MONTH
    ).count()


def _registration(row: SenderRegistration) -> Registration:
    return Registration(
        name=f"{row.brand}/{row.campaign}" if row.campaign else row.brand,
        provider=row.provider,
        status=row.status,
        vetting=row.vetting,
        submitted_at=row.submitted_at,
        expected_at=row.expected_at,
        expires_at=row.expires_at,
        interim=row.interim,
    )
