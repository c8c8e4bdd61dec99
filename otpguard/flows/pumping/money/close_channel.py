"""Close paid channels for the smallest scope that explains a loss, and open them again by trial.

The budgets bound what is lost by what messages are expected to cost. This is for when they were
wrong: a site with wide limits, or many small losses at once. It looks once a minute, and concerns
unproven numbers only: confirmed factors, passkeys, apps and e-mail go on.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import F, Sum

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.events.spend import ChannelClosed, ChannelReopened
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.money.closing import (
    TRIAL_EVERY,
    Losses,
    closed_for,
    prefix_country,
    scope_to_close,
)
from otpguard.core.pumping.money.habit import habit_of
from otpguard.core.pumping.money.spending import SpendScope
from otpguard.database import transaction
from otpguard.flows.notice.notify import notify
from otpguard.limits.money import DAY_HOURS, hour_at
from otpguard.models import PaidClosure, SpendWindow
from otpguard.notices import links
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.administrators import operators

LOCKDOWN_PAGE = "otpguard:lockdown"
_HISTORY_DAYS = 28


def close_after_loss(*, now: datetime) -> PaidClosure | None:
    """Close what explains the loss of the last hours, if that is too much; None if it is not.

    Closes again, for twice as long, what was tried in vain. Operators are told, with a link to a
    lock-down of sign-ups. Commits by itself; of several workers at once one does it. Database
    errors pass through.
    """
    _close_again(now)
    losses = _losses(now)
    if losses.total < max(settings().money.breaker_per_hour, _site_habit(now)):
        return None
    scope, key = scope_to_close(losses)
    first = timedelta(minutes=settings().money.breaker_minutes)
    with transaction.atomic():
        row, made = PaidClosure.objects.get_or_create(
            scope=scope,
            key=key,
            ended_at=None,
            defaults={"lost_micros": losses.total, "at": now, "until": now + first},
        )
        if not made:
            return None
        _tell(row, now)
    return row


def end_trial(challenge: UUID, *, now: datetime) -> None:
    """The message on trial was proven: what was closed is open again. Joins the transaction of the
    proof."""
    for row in PaidClosure.objects.filter(trial=challenge, ended_at=None):
        if PaidClosure.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
            reopened = ChannelReopened(scope=row.scope, key=row.key, reason="a trial was proven")
            record(reopened, Circumstances(now=now))


def _close_again(now: datetime) -> None:
    first = timedelta(minutes=settings().money.breaker_minutes)
    for row in PaidClosure.objects.filter(ended_at=None, tried_at__lte=now - TRIAL_EVERY):
        with transaction.atomic():
            until = now + closed_for(row.times + 1, first=first)
            again = PaidClosure.objects.filter(pk=row.pk, ended_at=None, tried_at=row.tried_at)
            if again.update(times=F("times") + 1, until=until, tried_at=None, trial=None):
                row.until = until
                record(_closed(row), Circumstances(now=now))


def _losses(now: datetime) -> Losses:
    """Of this hour and the one before, without what is closed already."""
    rows = (
        SpendWindow.objects.filter(
            hour__gte=hour_at(now) - 1,
            scope__in=(SpendScope.PREFIX.value, SpendScope.COUNTRY.value),
            unverified_micros__gt=0,
        )
        .values_list("scope", "key")
        .annotate(lost=Sum("unverified_micros"))
    )
    closed = set(PaidClosure.objects.filter(ended_at=None).values_list("scope", "key"))
    if (PaidClosure.Scope.CHANNEL.value, "") in closed:
        return Losses(by_prefix={}, by_country={})
    prefixes: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    for scope, key, lost in rows:
        if scope == SpendScope.PREFIX.value:
            prefixes[key] += lost
        else:
            countries[key.partition(":")[0]] += lost
    for scope, key in closed:
        if scope == PaidClosure.Scope.PREFIX.value:
            countries[prefix_country(key)] -= prefixes.pop(key, 0)
    for scope, key in closed:
        if scope == PaidClosure.Scope.COUNTRY.value:
            countries.pop(key, None)
            prefixes = Counter(
                {each: lost for each, lost in prefixes.items() if prefix_country(each) != key}
            )
    return Losses(by_prefix=prefixes, by_country=+countries)


def _site_habit(now: datetime) -> int:
    today = hour_at(now) // DAY_HOURS
    rows = (
        SpendWindow.objects.filter(
            scope=SpendScope.COUNTRY.value, hour__gte=(today - _HISTORY_DAYS) * DAY_HOURS
        )
        .annotate(day=F("hour") / DAY_HOURS)
        .values_list("day")
        .annotate(micros=Sum("verified_micros"))
    )
    return habit_of({int(day): int(micros) for day, micros in rows}, today=today)


def _tell(row: PaidClosure, now: datetime) -> None:
    """Write the event and order the notices; the link is left out where the site is unknown."""
    record(_closed(row), Circumstances(now=now))
    mine = settings()
    site = (*mine.relying_party_origins, mine.webhook_base_url)[0]
    token = vault.encrypt_token(vault.LOCKDOWN, f"{row.pk}:{row.times}")
    link = links.page(LOCKDOWN_PAGE, token, host=urlsplit(site).netloc)
    context: dict[str, str] = {Detail.CLOSED: row.scope, **({Detail.LINK: link} if link else {})}
    for user in operators():
        notify(
            facts=RequestFacts(now=now),
            kind=NoticeKind.SPEND_ALARMED,
            user_id=user,
            context=context,
        )


def _closed(row: PaidClosure) -> ChannelClosed:
    return ChannelClosed(
        scope=row.scope,
        key=row.key,
        lost_micros=row.lost_micros,
        until=row.until.isoformat(),
    )
