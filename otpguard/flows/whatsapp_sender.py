"""WhatsApp senders: whose business account and template carry codes, for the site or a tenant.

A record counts at once. One whose template is not approved, or not of the authentication category,
closes WhatsApp by its provider for whom it is meant; it does not fall back to another sender.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.channels import catalog
from otpguard.core.assurance import Channel
from otpguard.core.events import SenderChanged
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.scope import is_site
from otpguard.models import Tenant, WhatsAppSender

KIND = "whatsapp"
FIELDS = (
    "account",
    "number_id",
    "display_name",
    "badge",
    "template",
    "category",
    "language",
    "approval",
)
_DIGITS = re.compile(r"\d{1,64}", re.ASCII)
_TEMPLATE = re.compile(r"[a-z0-9_]{1,128}")


def add_sender(
    *, facts: RequestFacts, provider: str, tenant: Tenant | None, values: Mapping[str, Any]
) -> WhatsAppSender:
    """Record the sender of a tenant, or of the site (None), at a provider.

    `values` are columns of FIELDS. Raises NotAllowed unless the site acts, for a provider without
    WhatsApp, for a wrong value and when there is one already.
    """
    _check(facts, values)
    serving = {r.provider for r in catalog.routes() if r.channel is Channel.WHATSAPP}
    if provider not in serving:
        raise NotAllowed(str(_("This provider does not serve WhatsApp.")))
    try:
        with transaction.atomic():
            row = WhatsAppSender.objects.create(
                provider=provider, tenant=tenant, changed_at=facts.now, **values
            )
            _record(facts, row)
    except IntegrityError:
        raise NotAllowed(str(_("There is a sender already: change that one."))) from None
    return row


def change_sender(
    *, facts: RequestFacts, sender: WhatsAppSender, values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Change columns of FIELDS; returns the names of those that are different now.

    Locks the row. Raises NotAllowed unless the site acts, and for a wrong value.
    """
    _check(facts, values)
    with transaction.atomic():
        row = WhatsAppSender.objects.select_for_update().get(pk=sender.pk)
        changed = tuple(name for name in values if getattr(row, name) != values[name])
        if not changed:
            return ()
        for name in changed:
            setattr(row, name, values[name])
        row.changed_at = facts.now
        row.save(update_fields=[*changed, "changed_at"])
        _record(facts, row)
    return changed


def remove_sender(*, facts: RequestFacts, sender: WhatsAppSender, reason: str) -> bool:
    """Forget a sender; the site's or the provider's own counts again. False when it was gone.

    Raises NotAllowed unless the site acts.
    """
    _check(facts, {})
    with transaction.atomic():
        row = WhatsAppSender.objects.select_for_update().filter(pk=sender.pk).first()
        if row is None:
            return False
        _record(facts, row, removed=True, reason=reason)
        row.delete()
    return True


def _check(facts: RequestFacts, values: Mapping[str, Any]) -> None:
    if not is_site(facts):
        raise NotAllowed(str(_("Senders belong to the site: leave the organization first.")))
    if set(values) - set(FIELDS):
        raise ValueError(f"no columns of a sender: {sorted(set(values) - set(FIELDS))}")
    # They become parts of an address and of a vendor's document.
    if "number_id" in values and not _DIGITS.fullmatch(values["number_id"]):
        raise NotAllowed(str(_("The number's id is digits only, as Meta shows it.")))
    if "template" in values and not _TEMPLATE.fullmatch(values["template"]):
        raise NotAllowed(
            str(_("A template's name is small letters, digits and underscores, as Meta shows it."))
        )


def _record(
    facts: RequestFacts, row: WhatsAppSender, *, removed: bool = False, reason: str = ""
) -> None:
    record(
        SenderChanged(
            kind=KIND,
            provider=row.provider,
            name=f"{row.account}/{row.number_id}/{row.template}",
            status=f"{row.approval} {row.category}",
            removed=removed,
            reason=reason,
        ),
        Circumstances.of(facts, tenant=str(row.tenant_id or "")),
    )
