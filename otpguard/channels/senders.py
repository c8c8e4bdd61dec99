"""Which WhatsApp sender carries the codes of a tenant, and whether it may."""

from __future__ import annotations

from django.db.models import Q

from otpguard.channels.base import Sender
from otpguard.models import WhatsAppSender

AUTHENTICATION = "AUTHENTICATION"
"""The one category of template that Meta lets carry codes."""


def senders_of(tenant: str) -> dict[str, WhatsAppSender]:
    """The records that count for a tenant ("" for the site), by provider: its own, else the
    site's."""
    where = Q(tenant=None) | Q(tenant_id=tenant) if tenant else Q(tenant=None)
    rows = WhatsAppSender.objects.filter(where)
    return {row.provider: row for row in sorted(rows, key=lambda row: row.tenant_id is not None)}


def may_carry_codes(row: WhatsAppSender) -> bool:
    """True for an approved template of the authentication category."""
    return row.approval == WhatsAppSender.Approval.APPROVED and row.category == AUTHENTICATION


def as_sender(row: WhatsAppSender) -> Sender:
    """The record as a message carries it."""
    return Sender(
        account=row.account, number_id=row.number_id, template=row.template, language=row.language
    )
