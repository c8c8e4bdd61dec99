"""10DLC registrations: what The Campaign Registry knows of us, and what is missing there.

Carriers in the United States block or surcharge text messages of an unregistered campaign; the pace
of a registered one is kept by `channels.pace`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.channels import catalog
from otpguard.channels.pace import COUNTRY
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.events import SenderChanged
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.scope import is_site
from otpguard.models import SenderRegistration

KIND = "10dlc"
FIELDS = (
    "brand",
    "campaign",
    "vetting",
    "status",
    "per_second",
    "submitted_at",
    "expected_at",
    "approved_at",
    "expires_at",
    "interim",
)


class Lack(StrEnum):
    """What is wrong with the registration of a route."""

    MISSING = "missing"
    NOT_APPROVED = "not_approved"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unregistered:
    """A provider that texts US numbers without a live registration.

    `expected_at` is when one is to come; `interim` the provider that serves until then.
    """

    provider: str
    lack: Lack
    expected_at: datetime | None = None
    interim: str = ""


def add_registration(
    *, facts: RequestFacts, provider: str, values: Mapping[str, Any]
) -> SenderRegistration:
    """Record a registration at a provider. `values` are columns of FIELDS.

    Raises NotAllowed unless the site acts, for an unknown provider, a pace of nothing and when the
    brand's campaign is recorded there already.
    """
    _check(facts, values)
    if provider not in settings().providers:
        raise NotAllowed(str(_("There is no such provider.")))
    try:
        with transaction.atomic():
            row = SenderRegistration.objects.create(provider=provider, next_at=facts.now, **values)
            _record(facts, row)
    except IntegrityError:
        raise NotAllowed(str(_("This campaign is recorded already: change that one."))) from None
    return row


def change_registration(
    *, facts: RequestFacts, registration: SenderRegistration, values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Change columns of FIELDS; returns the names of those that are different now.

    Locks the row. Raises NotAllowed as `add_registration` does.
    """
    _check(facts, values)
    try:
        with transaction.atomic():
            row = SenderRegistration.objects.select_for_update().get(pk=registration.pk)
            changed = tuple(name for name in values if getattr(row, name) != values[name])
            if not changed:
                return ()
            for name in changed:
                setattr(row, name, values[name])
            row.save(update_fields=list(changed))
            _record(facts, row)
    except IntegrityError:
        raise NotAllowed(str(_("This campaign is recorded already: change that one."))) from None
    return changed


def unregistered(*, now: datetime) -> tuple[Unregistered, ...]:
    """Every provider that would text US numbers by a campaign of ours that is not registered.

    Vendors that word the message themselves send by registered routes of their own, and what is
    for development sends nothing.
    """
    found: dict[str, Unregistered] = {}
    rows = list(SenderRegistration.objects.all())
    for route in catalog.routes():
        provider = catalog.providers().get(route.provider)
        needs = (
            route.channel is Channel.SMS
            and (not route.countries or COUNTRY in route.countries)
            and not getattr(provider, "codes_only", False)
            and not route.remote
            and not catalog.for_development(provider)
        )
        if needs and route.provider not in found:
            mine = [row for row in rows if row.provider == route.provider]
            lack = _lack(mine, now)
            if lack is not None:
                found[route.provider] = _told(route.provider, lack, mine)
    return tuple(found.values())


def _lack(rows: list[SenderRegistration], now: datetime) -> Lack | None:
    approved = [row for row in rows if row.status == SenderRegistration.Status.APPROVED]
    if any(row.expires_at is None or row.expires_at > now for row in approved):
        return None
    if approved:
        return Lack.EXPIRED
    return Lack.NOT_APPROVED if rows else Lack.MISSING


def _told(provider: str, lack: Lack, rows: list[SenderRegistration]) -> Unregistered:
    expected = [row.expected_at for row in rows if row.expected_at is not None]
    interim = [row.interim for row in rows if row.interim]
    return Unregistered(
        provider=provider,
        lack=lack,
        expected_at=min(expected, default=None),
        interim=interim[0] if interim else "",
    )


def _check(facts: RequestFacts, values: Mapping[str, Any]) -> None:
    if not is_site(facts):
        raise NotAllowed(str(_("Senders belong to the site: leave the organization first.")))
    if set(values) - set(FIELDS):
        raise ValueError(f"no columns of a registration: {sorted(set(values) - set(FIELDS))}")
    if values.get("per_second", 1) < 1:
        raise NotAllowed(str(_("At least one message a second.")))


def _record(facts: RequestFacts, row: SenderRegistration) -> None:
    record(
        SenderChanged(
            kind=KIND,
            provider=row.provider,
            name=f"{row.brand}/{row.campaign}",
            status=row.status,
        ),
        Circumstances.of(facts),
    )
