"""The kill switch: stop a channel, a provider, a country or a combination, and lift that again.

A switch affects the next plan and every delivery that is not sent yet. Only the site's operators
may use it.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.route import RouteSwitched
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.route.names import check_channel, check_country, check_provider
from otpguard.flows.scope import is_site
from otpguard.models import RouteSwitch
from otpguard.models.fields import REASON_LENGTH


def switch_off(
    *,
    facts: RequestFacts,
    provider: str = "",
    channel: str = "",
    country: str = "",
    reason: str,
    until: datetime | None = None,
) -> RouteSwitch:
    """Stop using these routes, for good or until a time in the future. "" means any.

    Raises NotAllowed unless the site acts; InvalidInput if nothing is named, for an unknown name
    and for a time that has passed.
    """
    _check(facts)
    if not (provider or channel or country):
        raise InvalidInput("", str(_("Name a provider, a channel or a country.")))
    if provider:
        check_provider(provider)
    if channel:
        check_channel(channel)
    if country:
        check_country(country)
    if until is not None and until <= facts.now:
        raise InvalidInput("until", str(_("It must end in the future.")))
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
    """End a switch. False, with nothing written, if it had ended.

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
