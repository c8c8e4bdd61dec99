"""What a policy asks of a login whose risk was evaluated when it happened."""

from __future__ import annotations

from dataclasses import dataclass, replace

from otpguard.conf import settings
from otpguard.core.audience import ADMIN_ROLES
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.risk import NOT_EVALUATED, LoginRisk, is_asked, phone_serves, read_reasons
from otpguard.core.shipped_kinds import PHONE
from otpguard.exceptions import StoreUnavailable
from otpguard.models import LoginSession
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.administrators import is_admin_anywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRisk:
    """The risk of a login session. `sim_unchanged` says that a vendor vouched for all phones."""

    risk: LoginRisk = NOT_EVALUATED
    sim_unchanged: bool = False


def risk_of_session(facts: RequestFacts) -> SessionRisk:
    """The risk that was found when this login session began; the highest for one that nobody
    evaluated. One statement. Raises StoreUnavailable."""
    row = None
    try:
        if facts.sid:
            own = LoginSession.objects.filter(pk=facts.sid, user_id=facts.user)
            row = own.values_list("risk", "risk_reasons", "sim_unchanged").first()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the risk of the login cannot be read") from error
    if row is None or row[0] is None:
        return SessionRisk()
    risk = LoginRisk(score=row[0], reasons=read_reasons(row[1]))
    return SessionRisk(risk=risk, sim_unchanged=row[2])


def by_risk(facts: RequestFacts, policy: Policy, *, roles: frozenset[str]) -> Policy:
    """The policy of a login checkpoint for this login: off if it need not be asked, and without
    phones for an administrator of any tenant or of the site on a new device, unless a vendor says
    that no SIM card was changed.

    `roles` are those in the tenant of the request. Raises StoreUnavailable.
    """
    if not policy.active:
        return policy
    session = risk_of_session(facts)
    if not is_asked(session.risk, when=policy.login_when, terms=settings().login_risk.terms):
        return replace(policy, active=False)
    swapped = False if session.sim_unchanged else None
    if phone_serves(session.risk, is_admin=True, swapped=swapped):
        return policy  # for administrators too, so nobody has to be asked who is one
    is_admin = (
        facts.user_is_staff or not ADMIN_ROLES.isdisjoint(roles) or is_admin_anywhere(facts.user)
    )
    if phone_serves(session.risk, is_admin=is_admin, swapped=swapped):
        return policy
    return replace(policy, allowed_factors=policy.allowed_factors - {PHONE.slug})
