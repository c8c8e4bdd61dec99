"""The host's call after a billing change: see `otpguard.billing_changed`."""

from __future__ import annotations

from django.http import HttpRequest

from otpguard.flows.release.billing_change import note_billing_change
from otpguard.http.facts import facts_from
from otpguard.models import BillingChange


def billing_changed(request: HttpRequest, *, field: str, old: str, new: str) -> BillingChange:
    """Tell a tenant's billing admins what was just changed, with a link that locks further changes.

    Call it in the view that is guarded by `billing_change`, in the transaction of the change.
    `field` is one of card, bank_account, invoice_email, billing_place, tax_id, plan and other.
    `old` and `new` are masked before they are kept; empty for none. Locks the tenant.

    Raises NotAllowed without a login or a tenant, ValueError for an unknown field,
    StoreUnavailable if the people cannot be read.
    """
    return note_billing_change(facts=facts_from(request), field=field, old=old, new=new)
