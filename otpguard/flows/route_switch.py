"""The kill switch: stop a channel, a provider, a country or a combination of them, and end that.

A switch counts for the next plan and for every delivery that was ordered before and is not sent
yet. Only the site's operators reach it.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.events import RouteSwitched
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.scope import is_site
from otpguard.models import RouteSwitch

REASON_LENGTH = 120
_COUNTRY = re.compile(r"[A-Z]{2}")


def switch_off(
    *,
    facts: RequestFacts,
    provider: str = "",
    channel: str = "",
    country: str = "",
    reason: str,
    until: datetime | None = None,
) -> RouteSwitch:
    """Use these routes no more, for good or until a moment in the future. What is "" means any.

    Raises NotAllowed unless the site acts, for nothing named, for a name that does not exist and
    for a moment that has passed.
    """
    _check(facts)
    if not (provider or channel or country):
        raise NotAllowed(str(_("Name a provider, a channel or a country.")))
    if provider and provider not in settings().providers:
        raise NotAllowed(str(_("There is no such provider.")))
    if channel and channel not in set(Channel):
        raise NotAllowed(str(_("There is no such channel.")))
    if country and not _COUNTRY.fullmatch(country):
        raise NotAllowed(str(_("A country is two capital letters, such as US.")))
    if until is not None and until <= facts.now:
        raise NotAllowed(str(_("It must end in the future.")))
    with transaction.atomic():
        switch = RouteSwitch.objects.create(
            provider=provider,
            channel=channel,
            country=country,
            reason=reason[:REASON_LENGTH],
            by_id=facts.user or None,
            at=facts.now,
            until=until,
        )
        _record(facts, switch, off=True, reason=reason)
    return switch


def switch_on(*, facts: RequestFacts, switch: RouteSwitch, reason: str) -> bool:
    """End a switch. False, with nothing written, when it had ended.

    Raises NotAllowed unless the site acts.
    """
    _check(facts)
    with transaction.atomic():
        ended = RouteSwitch.objects.filter(pk=switch.pk, ended_at=None).update(ended_at=facts.now)
        if not ended:
            return False
        _record(facts, switch, off=False, reason=reason)
    return True


def _check(facts: RequestFacts) -> None:
    if not is_site(facts):
        raise NotAllowed(str(_("Routes belong to the site: leave the organization first.")))


def _record(facts: RequestFacts, switch: RouteSwitch, *, off: bool, reason: str) -> None:
    record(
        RouteSwitched(
            provider=switch.provider,
            channel=switch.channel,
            country=switch.country,
            off=off,
            reason=reason[:REASON_LENGTH],
        ),
        Circumstances.of(facts),
    )
