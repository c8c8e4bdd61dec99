"""Raise one cap on codes to new numbers for at most two weeks, and end that: for the operators of
the site alone.

No flag and no campaign opens a cap. A raise has a limit, an end and a reason, and the ceiling of
the table holds whatever it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.client_ip import network_of, normalize_ip, wide_network_of
from otpguard.core.events.cap import CapRaiseEnded, CapWasRaised
from otpguard.core.facts import RequestFacts
from otpguard.core.plain_text import plain_text
from otpguard.core.pumping.velocity import LONGEST_RAISE, TABLE, RowName
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.scope import check_site
from otpguard.models import CapRaise, Tenant

_PREFIX_LENGTH = 10
_BY_IP = frozenset({RowName.IP_HOUR, RowName.IP_HOUR_KNOWN, RowName.IP_DAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseTerms:
    """What is to be raised. `key` is a client IP address, or the digits of a prefix with their
    country code; empty for all. Without `tenant` it counts on the whole site."""

    row: RowName
    limit: int
    reason: str
    expires_at: datetime
    key: str = ""
    tenant: Tenant | None = None


def check_raise(*, facts: RequestFacts, terms: RaiseTerms) -> None:
    """Check what `raise_cap` checks, so that a door can do so before it asks for a step-up.

    Writes nothing. Raises as `raise_cap` does.
    """
    check_site(facts)
    _checked_key(terms, facts.now)


def raise_cap(*, facts: RequestFacts, terms: RaiseTerms) -> CapRaise:
    """Let one row of VELOCITY count up to a higher limit until a date at most two weeks ahead.

    The caller has guarded it by `security_settings`. Counts from the next start on; joins an outer
    transaction. Raises NotAllowed for anybody but the operators of the site, and InvalidInput for a
    limit that is no raise or above the row's ceiling, a key that the row has none of, a date out of
    bounds and no reason.
    """
    check_site(facts)
    key = _checked_key(terms, facts.now)
    with transaction.atomic():
        row = CapRaise.objects.create(
            row=terms.row.value,
            tenant=terms.tenant,
            key=key,
            limit=terms.limit,
            reason=plain_text(terms.reason),
            created_at=facts.now,
            created_by_id=facts.user or None,
            expires_at=terms.expires_at,
        )
        record(
            CapWasRaised(
                cap_raise=str(row.pk),
                row=row.row,
                key=key,
                usual=settings().velocity.cells[terms.row].standard,
                limit=row.limit,
                reason=row.reason,
                expires_at=row.expires_at.isoformat(),
            ),
            _where(facts, row),
        )
    return row


def end_raise(*, facts: RequestFacts, cap_raise: CapRaise, reason: str) -> bool:
    """End a raise now. Writes nothing and returns False when it is over already.

    The caller has guarded it by `security_settings`. Joins an outer transaction. Raises NotAllowed
    for anybody but the operators of the site.
    """
    check_site(facts)
    with transaction.atomic():
        ended = (
            CapRaise.objects.running(facts.now)
            .filter(pk=cap_raise.pk)
            .update(ended_at=facts.now, ended_by=facts.user or None, end_reason=plain_text(reason))
        )
        if ended:
            event = CapRaiseEnded(
                cap_raise=str(cap_raise.pk),
                row=cap_raise.row,
                key=cap_raise.key,
                limit=cap_raise.limit,
                reason=plain_text(reason),
            )
            record(event, _where(facts, cap_raise))
    return bool(ended)


def _checked_key(terms: RaiseTerms, now: datetime) -> str:
    """The key as the caps spell it."""
    cell = settings().velocity.cells[terms.row]
    if TABLE[terms.row].cap is None:
        raise InvalidInput("row", str(_("This limit cannot be raised.")))
    if terms.limit <= cell.standard:
        text = _("This does not raise the limit: it is %(limit)d already.")
        raise InvalidInput("limit", str(text % {"limit": cell.standard}))
    if terms.limit > cell.ceiling:
        text = _("The ceiling of this limit is %(limit)d.")
        raise InvalidInput("limit", str(text % {"limit": cell.ceiling}))
    if not now < terms.expires_at <= now + LONGEST_RAISE:
        raise InvalidInput("expires_at", str(_("It must end within two weeks.")))
    if not plain_text(terms.reason):
        raise InvalidInput("reason", str(_("Say why the limit is raised.")))
    return _key_of(terms.row, terms.key.strip())


def _key_of(row: RowName, typed: str) -> str:
    if not typed:
        return ""
    if row in _BY_IP or row is RowName.IP_SITE_DAY:
        client_ip = normalize_ip(typed.partition("/")[0])
        key = (wide_network_of if row is RowName.IP_SITE_DAY else network_of)(client_ip)
        if client_ip and key:
            return key
    elif row is RowName.PREFIX_DAY:
        digits = typed.removeprefix("+").replace(" ", "")
        if digits.isascii() and digits.isdecimal() and len(digits) <= _PREFIX_LENGTH:
            return f"+{digits}"
    raise InvalidInput("key", str(_("This limit cannot be raised for that alone.")))


def _where(facts: RequestFacts, row: CapRaise) -> Circumstances:
    return Circumstances.of(
        facts, tenant=str(row.tenant_id or ""), subject="", checkpoint="security_settings"
    )
