"""Cancel the closing of an organization: by an administrator, or by the link of the notice."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.recorder import record
from otpguard.core.events.closure import ClosureCanceled
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.closure.ask import stamp, where
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import check_tenant, is_site
from otpguard.models import Tenant
from otpguard.notices.kinds import NoticeKind
from otpguard.tenants.administrators import administrators_of

LINK_LIFE = timedelta(days=31)
"""Longer than the longest wait that a policy can ask for: the link serves until the end."""


def cancel_closure(*, facts: RequestFacts, tenant: Tenant, reason: str = "") -> bool:
    """Let the organization stay open. Needs no proof: it only takes away.

    False if no closing ran. Raises NotAllowed in another tenant and for who is no administrator.
    Locks the tenant and commits.
    """
    check_tenant(facts, tenant.pk)
    if not (is_site(facts) or facts.user in administrators_of(tenant.pk)):
        raise NotAllowed(str(_("Only an administrator can cancel this.")))
    return end_closing(facts=facts, tenant=tenant, closes_at=None, reason=reason)


def closing_of_link(*, token: str) -> Tenant | None:
    """The organization whose closing a link would cancel. Reads only; None for a link that is not
    ours, and for a closing that is over or was asked for again since."""
    try:
        plain = vault.decrypt_token(vault.CLOSURE_CANCEL, token, max_age=LINK_LIFE)
        key, _space, rest = plain.partition(" ")
        found, closes_at = UUID(key), datetime.fromisoformat(rest.partition(" ")[0])
    except (vault.UndecryptableError, ValueError):
        return None
    return Tenant.objects.filter(pk=found, closes_at=closes_at).first()


def cancel_closure_by_link(*, facts: RequestFacts, token: str) -> Tenant | None:
    """Cancel by the link of a notice: the token is the permission, and it serves one closing.

    Needs no login. None, with nothing written, if the link serves no more. Commits.
    """
    found = closing_of_link(token=token)
    if found is None:
        return None
    done = end_closing(facts=facts, tenant=found, closes_at=found.closes_at, reason="link")
    return found if done else None


def end_closing(
    *, facts: RequestFacts, tenant: Tenant, closes_at: datetime | None, reason: str
) -> bool:
    """End a closing without closing anything; all administrators and who had asked are told.

    With `closes_at` only that closing is ended. False if it is over. Locks the tenant; commits.
    """
    with transaction.atomic():
        row = lock_tenant(tenant.pk)
        if row.closes_at is None or closes_at not in {None, row.closes_at}:
            return False
        at = where(facts, row)
        event = ClosureCanceled(held_until=stamp(row.closes_at), reason=reason)
        asked_by = str(row.closing_by_id or "")
        row.closes_at, row.closing_by = None, None
        row.save(update_fields=["closes_at", "closing_by"])
        record(event, at)
        for person in dict.fromkeys([*administrators_of(row.pk), asked_by]):
            if person:
                notify(
                    facts=facts,
                    kind=NoticeKind.CLOSURE_CANCELED,
                    user_id=person,
                    tenant_id=str(row.pk),
                )
    return True
