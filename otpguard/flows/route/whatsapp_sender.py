"""WhatsApp senders: the business account and template that carry codes, for the site or a tenant.

A record says which number and template; how they stand is read from the vendor (`whatsapp_state`),
or recorded by an operator where the vendor cannot be asked. While the template is not approved, or
is not of the authentication category, WhatsApp by its provider is not used there; no other sender
takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.channels import catalog
from otpguard.channels.inbound import KnowsSenders
from otpguard.core.assurance import Channel
from otpguard.core.events.route import SenderChanged
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.scope import is_site
from otpguard.models import Tenant, WhatsAppSender

KIND = "whatsapp"
SENDER_FIELDS = ("account", "number_id", "template", "language")
"""What an operator chooses."""
STATE_FIELDS = ("display_name", "badge", "category", "approval")
"""How it stands with the vendor."""
_DIGITS = re.compile(r"\d{1,64}", re.ASCII)
_TEMPLATE = re.compile(r"[a-z0-9_]{1,128}")


def add_sender(
    *, facts: RequestFacts, provider: str, tenant: Tenant | None, values: Mapping[str, Any]
) -> WhatsAppSender:
    """Record the sender of a tenant, or of the site (None), at a provider.

    `values` are columns of SENDER_FIELDS. It carries no codes before it is known how the template
    stands: the sweep asks within a minute. Raises NotAllowed unless the site acts; InvalidInput for
    a provider without WhatsApp, for a wrong value and if there is a sender already.
    """
    _check(facts, values)
    serving = {r.provider for r in catalog.routes() if r.channel is Channel.WHATSAPP}
    if provider not in serving:
        raise InvalidInput("provider", str(_("This provider does not serve WhatsApp.")))
    try:
        with transaction.atomic():
            row = WhatsAppSender.objects.create(
                provider=provider,
                tenant=tenant,
                changed_at=facts.now,
                read_due_at=facts.now,
                **values,
            )
            _record(facts, row)
    except IntegrityError:
        raise InvalidInput("", str(_("There is a sender already: change that one."))) from None
    return row


def change_sender(
    *, facts: RequestFacts, sender: WhatsAppSender, values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Change columns of SENDER_FIELDS; returns the names of those that are different now.

    It is another number or template then, so it carries no codes until the vendor or an operator
    says how that one stands. Locks the row. Raises NotAllowed unless the site acts, InvalidInput
    for a wrong value.
    """
    _check(facts, values)
    return _change(facts, sender, values, reset=True)


def record_state(
    *, facts: RequestFacts, sender: WhatsAppSender, values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Record columns of STATE_FIELDS by hand, for a provider that cannot be asked; returns the
    names of those that are different now.

    Locks the row. Raises NotAllowed unless the site acts, and where the vendor is asked.
    """
    check_site(facts)
    if set(values) - set(STATE_FIELDS):
        raise ValueError(f"not how a sender stands: {sorted(set(values) - set(STATE_FIELDS))}")
    if is_read_from_vendor(sender):
        raise NotAllowed(str(_("This is read from the vendor.")))
    return _change(facts, sender, values, reset=False)


def is_read_from_vendor(sender: WhatsAppSender) -> bool:
    """True where the provider can be asked how the sender stands."""
    return catalog.offered(sender.provider, KnowsSenders) is not None


def remove_sender(*, facts: RequestFacts, sender: WhatsAppSender, reason: str) -> bool:
    """Remove a sender; the site's or the provider's own is used again. False if it was gone.

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


def check_site(facts: RequestFacts) -> None:
    """Let the site pass. Raises NotAllowed."""
    if not is_site(facts):
        raise NotAllowed(str(_("Senders belong to the site: leave the organization first.")))


def sender_event(
    row: WhatsAppSender, *, source: str = "operator", removed: bool = False, reason: str = ""
) -> SenderChanged:
    """What the log keeps of a sender as it is now."""
    return SenderChanged(
        kind=KIND,
        provider=row.provider,
        name=f"{row.account}/{row.number_id}/{row.template}",
        status=f"{row.approval} {row.category}".strip(),
        removed=removed,
        reason=reason,
        source=source,
    )


def _change(
    facts: RequestFacts, sender: WhatsAppSender, values: Mapping[str, Any], *, reset: bool
) -> tuple[str, ...]:
    with transaction.atomic():
        row = WhatsAppSender.objects.select_for_update().get(pk=sender.pk)
        changed = tuple(name for name in values if getattr(row, name) != values[name])
        if not changed:
            return ()
        for name in changed:
            setattr(row, name, values[name])
        if reset:
            row.approval, row.category = WhatsAppSender.Approval.PENDING, ""
            row.display_name, row.badge, row.fault = "", False, ""
            row.read_at = row.told_at = None
        row.changed_at = row.read_due_at = facts.now
        row.save()
        _record(facts, row)
    return changed


def _check(facts: RequestFacts, values: Mapping[str, Any]) -> None:
    check_site(facts)
    if set(values) - set(SENDER_FIELDS):
        raise ValueError(f"no columns of a sender: {sorted(set(values) - set(SENDER_FIELDS))}")
    # They become parts of a URL and of a vendor's document.
    if "number_id" in values and not _DIGITS.fullmatch(values["number_id"]):
        raise InvalidInput("number_id", str(_("The number's id is digits only, as Meta shows it.")))
    if "template" in values and not _TEMPLATE.fullmatch(values["template"]):
        raise InvalidInput(
            "template",
            str(_("A template's name is small letters, digits and underscores, as Meta shows it.")),
        )


def _record(
    facts: RequestFacts, row: WhatsAppSender, *, removed: bool = False, reason: str = ""
) -> None:
    event = sender_event(row, removed=removed, reason=reason)
    record(event, Circumstances.of(facts, tenant=str(row.tenant_id or "")))
