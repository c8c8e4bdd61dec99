"""What sends, checks and operators say about routes: breakers open and close, with events."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.channels import breaker
from otpguard.channels.breaker import Change, Spot
from otpguard.core.breaker import SLOW_AFTER, Tried
from otpguard.core.checked import Checked
from otpguard.core.events import RouteClosed, RouteOpened
from otpguard.core.facts import RequestFacts
from otpguard.core.outcome import Accepted, Outcome, Unavailable
from otpguard.exceptions import NotAllowed
from otpguard.flows.alarm import alarm
from otpguard.flows.scope import is_site
from otpguard.models import RouteHealth

SLOW = "slow answers"


def heard(
    *,
    spot: Spot,
    outcome: Outcome,
    took: timedelta,
    now: datetime,
    private: bool = False,
    trial: bool = False,
) -> None:
    """Note what one try says about its route, and call an operator where one is needed.

    `took` is how long the vendor took to answer. `private` says that it was sent by a tenant's own
    sender: what is wrong with that closes no route of others. `trial` says that the breaker was not
    closed when it went out. Commits by itself.
    """
    failure = outcome.failure if isinstance(outcome, Unavailable) else None
    reason = outcome.reason if isinstance(outcome, Unavailable) else SLOW
    fatal = isinstance(outcome, Unavailable) and outcome.opens_breaker
    if not (private and fatal):
        tried = Tried(failed=failure is not None, slow=took > SLOW_AFTER, fatal=fatal)
        with transaction.atomic() if trial or tried != Tried() else nullcontext():
            changed = breaker.note(spot, tried, now=now, reason=reason, trial=trial)
            _tell(changed, Circumstances(now=now))
    if failure is not None and failure.pages_operator:
        alarm(provider=spot.provider, failure=failure, reason=reason, now=now)


def heard_check(*, spot: Spot, checked: Checked, took: timedelta, now: datetime) -> None:
    """Note what one check of a code says about its route: a vendor that cannot say is one that
    fails, whatever it was asked. A wrong code is none.

    Commits by itself. A route that rests is brought back by a message on trial, not by this.
    """
    failed = checked if isinstance(checked, Unavailable) else None
    here = {"provider": spot.provider, "channel": spot.channel}
    troubled = RouteHealth.objects.filter(**here, country__in={spot.country, breaker.EVERYWHERE})
    if failed is None and troubled.exclude(state=RouteHealth.State.CLOSED).exists():
        return
    heard(spot=spot, outcome=failed or Accepted(), took=took, now=now)


def rest_route(*, facts: RequestFacts, health: RouteHealth, reason: str) -> bool:
    """Take a route out of use for ten minutes, after which it is tried. False when it is so.

    For longer there are switches. Locks the row. Raises NotAllowed unless the site acts.
    """
    return _by_hand(facts, health, Change.OPENED, reason)


def reopen_route(*, facts: RequestFacts, health: RouteHealth, reason: str) -> bool:
    """Put a route back into use at once, its counts forgotten. False when it is in use.

    Locks the row. Raises NotAllowed unless the site acts.
    """
    return _by_hand(facts, health, Change.CLOSED, reason)


def _by_hand(facts: RequestFacts, health: RouteHealth, to: Change, reason: str) -> bool:
    if not is_site(facts):
        raise NotAllowed(str(_("Routes belong to the site: leave the organization first.")))
    with transaction.atomic():
        row = breaker.set_by_hand(health.pk, to=to, now=facts.now, reason=reason)
        if row is None:
            return False
        _tell([row], Circumstances.of(facts), reason=reason)
    return True


def _tell(rows: Iterable[RouteHealth], circumstances: Circumstances, *, reason: str = "") -> None:
    for row in rows:
        where = {"provider": row.provider, "channel": row.channel, "country": row.country}
        if row.state == RouteHealth.State.CLOSED:
            record(RouteClosed(**where, reason=reason), circumstances)
        else:
            until = row.open_until.isoformat() if row.open_until else ""
            record(RouteOpened(**where, reason=row.reason, until=until), circumstances)
