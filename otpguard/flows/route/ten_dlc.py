"""10DLC registrations: our brands and campaigns at The Campaign Registry, and what is missing.

Carriers in the United States block or surcharge text messages of an unregistered campaign;
`channels.throughput` keeps to the throughput of a registered one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.channels import catalog
from otpguard.channels.throughput import COUNTRY
from otpguard.core.assurance import Channel
from otpguard.core.events.route import SenderChanged
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.route.names import check_provider
from otpguard.flows.scope import is_site
from otpguard.models import TenDlcRegistration

KIND = "10dlc"
TEN_DLC_FIELDS = (
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
    "help_text",
)


class Lack(StrEnum):
    """What is wrong with the registration of a provider."""

    MISSING = "missing"
    NOT_APPROVED = "not_approved"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutTenDlc:
    """A provider that texts US numbers without a live registration.

    `expected_at` is when it should be approved; `interim` is the provider that serves until then.
    """

    provider: str
    lack: Lack
    expected_at: datetime | None = None
    interim: str = ""


def add_ten_dlc(
    *, facts: RequestFacts, provider: str, values: Mapping[str, Any]
) -> TenDlcRegistration:
    """Record a registration at a provider. `values` are columns of TEN_DLC_FIELDS.

    Raises NotAllowed unless the site acts; InvalidInput for an unknown provider, for no throughput
    and for a campaign that is already recorded there.
    """
    _check(facts, values)
    check_provider(provider)
    try:
        with transaction.atomic():
            row = TenDlcRegistration.objects.create(provider=provider, next_at=facts.now, **values)
            _record(facts, row)
    except IntegrityError:
        raise InvalidInput(
            "campaign", str(_("This campaign is recorded already: change that one."))
        ) from None
    return row


def change_ten_dlc(
    *, facts: RequestFacts, ten_dlc: TenDlcRegistration, values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Change columns of TEN_DLC_FIELDS; returns the names of those that are different now.

    Locks the row. Raises as `add_ten_dlc` does.
    """
    _check(facts, values)
    try:
        with transaction.atomic():
            row = TenDlcRegistration.objects.select_for_update().get(pk=ten_dlc.pk)
            changed = tuple(name for name in values if getattr(row, name) != values[name])
            if not changed:
                return ()
            for name in changed:
                setattr(row, name, values[name])
            row.save(update_fields=list(changed))
            _record(facts, row)
    except IntegrityError:
        raise InvalidInput(
            "campaign", str(_("This campaign is recorded already: change that one."))
        ) from None
    return changed


def without_ten_dlc(*, now: datetime) -> tuple[WithoutTenDlc, ...]:
    """Every provider that would text US numbers by an unregistered campaign of ours.

    Vendors that write the message themselves use registered routes of their own; providers for
    development send nothing.
    """
    found: dict[str, WithoutTenDlc] = {}
    rows = list(TenDlcRegistration.objects.all())
    for route in catalog.routes():
        can = catalog.providers().get(route.provider).capabilities
        needs = (
            route.channel is Channel.SMS
            and (not route.countries or COUNTRY in route.countries)
            and not can.codes_only
            and not can.for_development
        )
        if needs and route.provider not in found:
            mine = [row for row in rows if row.provider == route.provider]
            lack = _lack(mine, now)
            if lack is not None:
                found[route.provider] = _told(route.provider, lack, mine)
    return tuple(found.values())


def _lack(rows: list[TenDlcRegistration], now: datetime) -> Lack | None:
    approved = [row for row in rows if row.status == TenDlcRegistration.Status.APPROVED]
    if any(row.expires_at is None or row.expires_at > now for row in approved):
        return None
    if approved:
        return Lack.EXPIRED
    return Lack.NOT_APPROVED if rows else Lack.MISSING


def _told(provider: str, lack: Lack, rows: list[TenDlcRegistration]) -> WithoutTenDlc:
    expected = [row.expected_at for row in rows if row.expected_at is not None]
    interim = [row.interim for row in rows if row.interim]
    return WithoutTenDlc(
        provider=provider,
        lack=lack,
        expected_at=min(expected, default=None),
        interim=interim[0] if interim else "",
    )


def _check(facts: RequestFacts, values: Mapping[str, Any]) -> None:
    if not is_site(facts):
        raise NotAllowed(str(_("Senders belong to the site: leave the organization first.")))
    if set(values) - set(TEN_DLC_FIELDS):
        raise ValueError(
            f"no columns of a registration: {sorted(set(values) - set(TEN_DLC_FIELDS))}"
        )
    if values.get("per_second", 1) < 1:
        raise InvalidInput("per_second", str(_("At least one message a second.")))


def _record(facts: RequestFacts, row: TenDlcRegistration) -> None:
    record(
        SenderChanged(
            kind=KIND,
            provider=row.provider,
            name=f"{row.brand}/{row.campaign}",
            status=row.status,
        ),
        Circumstances.of(facts),
    )
