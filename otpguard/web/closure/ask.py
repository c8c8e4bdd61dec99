"""What a host's view calls: `otpguard.ask_closure` and `otpguard.cancel_closure`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from otpguard.flows.closure import ask, cancel
from otpguard.flows.scope import tenant_of
from otpguard.http.facts import facts_of, inner_of
from otpguard.http.guard import require
from otpguard.http.guard_state import state_of
from otpguard.models import Tenant


def ask_closure(request: Any) -> Tenant:  # noqa: ANN401 (Django's request, or one around it)
    """Ask to close the organization of the request. Its `closes_at` says when that will be.

    Where no view has asked for `account_closure`, it is asked for here, as `otpguard.require` does.
    Every administrator gets a notice with a link to cancel it. When the wait is over, the
    organization is suspended and the signal `account_was_closed` is sent.

    Raises RequestRefused for the middleware; NotAllowed for who is no administrator, and for an
    organization that cannot be closed.
    """
    facts = facts_of(request)
    if not state_of(inner_of(request)).has_passed(ask.CHECKPOINT):
        tenant = tenant_of(facts)
        require(request, ask.CHECKPOINT, target=tenant.name if tenant else "")
    return ask.ask_closure(facts=facts, language=get_language() or "")


def cancel_closure(request: Any) -> bool:  # noqa: ANN401 (see ask_closure)
    """Let the organization of the request stay open; False if no closing ran. Asks for no proof.

    Raises NotAllowed for who is no administrator there.
    """
    facts = facts_of(request)
    tenant = tenant_of(facts)
    return tenant is not None and cancel.cancel_closure(facts=facts, tenant=tenant)
