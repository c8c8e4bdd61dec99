"""What sends, checks and operators say about routes: they are paused and resumed, with events."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.channels import breaker, waits
from otpguard.channels.breaker import Change, RouteKey
from otpguard.core.breaker import SLOW_AFTER, Tried, tried_by
from otpguard.core.checked_code import CheckedCode
from otpguard.core.events.route import RoutePaused, RouteResumed
from otpguard.core.facts import RequestFacts
from otpguard.core.outcome import Accepted, Outcome, Unavailable
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.route.alarm import raise_alarm
from otpguard.flows.scope import is_site
from otpguard.models import RouteHealth

SLOW = "slow responses"


def record_outcome(
    *,
    route_key: RouteKey,
    outcome: Outcome,
    took: timedelta,
    now: datetime,
    private: bool = False,
    trial: bool = False,
) -> None:
    """Note what one try says about its route, keep the wait that its vendor asks for, and call an
    operator where one is needed.

    `took` is how long the vendor took to answer. `private` says that it was sent by a tenant's own
    sender: what is wrong with that pauses no route of others. `trial` says that the route was not
    in use when it went out. Commits by itself.
    """
    failed = outcome if isinstance(outcome, Unavailable) else None
    tried = tried_by(outcome, slow=took > SLOW_AFTER)
    if tried is not None and not (private and tried.fatal):
        with transaction.atomic() if trial or tried != Tried() else nullcontext():
            reason = failed.reason if failed and tried.failed else SLOW
            changed = breaker.count_try(route_key, tried, now=now, reason=reason, trial=trial)
            _tell(changed, Circumstances(now=now))
    if failed is None:
        return
    if not private:
        waits.keep_wait(route_key, failed, now=now)
    if failed.pages_operator:
        raise_alarm(provider=route_key.provider, failed=failed, now=now)


def record_check(
    *, route_key: RouteKey, checked: CheckedCode, took: timedelta, now: datetime
) -> None:
    """Note what one check of a code says about its route: a vendor that cannot say is one that
    fails, whatever it was asked. A wrong code is none.

    Commits by itself. A paused route is resumed by a message on trial, not by this.
    """
    failed = checked if isinstance(checked, Unavailable) else None
    here = {"provider": route_key.provider, "channel": route_key.channel}
    troubled = RouteHealth.objects.filter(
        **here, country__in={route_key.country, breaker.EVERYWHERE}
    )
    if failed is None and troubled.exclude(state=RouteHealth.State.IN_USE).exists():
        return
    record_outcome(route_key=route_key, outcome=failed or Accepted(), took=took, now=now)


def pause_route(*, facts: RequestFacts, health: RouteHealth, reason: str) -> bool:
    """Pause a route for ten minutes, after which it is tried. False when it is paused.

    For longer there are switches. Locks the row. Raises NotAllowed unless the site acts.
    """
    return _by_hand(facts, health, Change.PAUSED, reason)


def resume_route(*, facts: RequestFacts, health: RouteHealth, reason: str) -> bool:
    """Resume a route at once, its counts forgotten. False when it is in use.

    Locks the row. Raises NotAllowed unless the site acts.
    """
    return _by_hand(facts, health, Change.RESUMED, reason)


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
        if row.state == RouteHealth.State.IN_USE:
            record(RouteResumed(**where, reason=reason), circumstances)
        else:
            until = row.paused_until.isoformat() if row.paused_until else ""
            record(RoutePaused(**where, reason=row.reason, until=until), circumstances)
