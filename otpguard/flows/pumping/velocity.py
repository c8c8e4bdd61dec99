"""Find the caps of a send to a number that nobody has confirmed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from otpguard.conf import settings
from otpguard.core.client_ip import network_of
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Cap
from otpguard.core.pumping.attempt import Attempt
from otpguard.core.pumping.money.habit import habit_of
from otpguard.core.pumping.money.spending import SpendKey, SpendScope
from otpguard.core.pumping.velocity import Raise, RowName, cap_of, limit_of
from otpguard.core.pumping.velocity_caps import is_strict_for, velocity_caps
from otpguard.limits.money import DAY_HOURS, hour_at, read_histories
from otpguard.models import CapRaise


def caps_of_attempt(attempt: Attempt, *, challenge: UUID, sid: str = "") -> tuple[Cap, ...]:
    """The caps that the start of `challenge` is charged to, all or none, as they are raised now.

    `sid` is the login session, empty for a visitor. One statement, and once a day and process two
    for each of the prefix and the tenant, whose habits it then has. Raises DatabaseError.
    """
    mine = settings()
    return velocity_caps(
        attempt,
        challenge=challenge,
        sid=sid,
        velocity=mine.velocity,
        raises=_raises(attempt.tenant, attempt.now),
        unreadable_ip_limit=mine.unreadable_ip_limit,
        prefix_habit=_habit(attempt, SpendScope.PREFIX, attempt.prefix),
        tenant_habit=_habit(attempt, SpendScope.TENANT, attempt.tenant),
    )


def _habit(attempt: Attempt, scope: SpendScope, key: str) -> int:
    """How many messages at this price a usual day of the counter has proven. The budgets read the
    same history after this, so it costs a start nothing more."""
    if not key or not attempt.price_micros or is_strict_for(attempt):
        return 0
    named = SpendKey(scope=scope, key=key)
    [seen] = read_histories([named], now=attempt.now).values()
    today = hour_at(attempt.now) // DAY_HOURS
    return habit_of(seen.days, today=today) // attempt.price_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCaps:
    """The caps of one link that is sent by e-mail."""

    client_ip: Cap
    mailbox: Cap


OF_EMAIL_LINKS = (RowName.EMAIL_LINK_IP_HOUR, RowName.EMAIL_LINK_DAY)
OF_RESETS = (RowName.RESET_LINK_IP_HOUR, RowName.RESET_LINK_HOUR)


def caps_of_link(
    facts: RequestFacts,
    *,
    mailbox: str,
    is_strict: bool,
    rows: tuple[RowName, RowName] = OF_EMAIL_LINKS,
) -> LinkCaps:
    """The caps of a link to the mailbox with this blind index, as they are raised now. `rows` are
    those that count by client IP and by mailbox.

    Clients whose IP address cannot be read share one. One statement. Raises DatabaseError.
    """
    mine, raises = settings(), _raises(facts.tenant, facts.now)

    by_ip, by_mailbox = rows

    def of(row: RowName, key: str) -> Cap:
        return cap_of(row, key, limit_of(mine.velocity, row, key, strict=is_strict, raises=raises))

    client_ip = of(by_ip, network_of(facts.client_ip) if facts.client_ip else "")
    if not facts.client_ip:
        client_ip = replace(client_ip, limit=mine.unreadable_ip_limit)
    return LinkCaps(client_ip=client_ip, mailbox=of(by_mailbox, mailbox))


def _raises(tenant: str, now: datetime) -> list[Raise]:
    where = Q(tenant=None) | Q(tenant=tenant) if tenant else Q(tenant=None)
    rows = CapRaise.objects.running(now).filter(where).values_list("row", "limit", "key")
    known = {name.value for name in RowName}
    return [
        Raise(row=RowName(row), limit=limit, key=key) for row, limit, key in rows if row in known
    ]
