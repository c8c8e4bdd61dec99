"""Somebody whom an organization has invited: a new account that binds its first number.

The only file here that calls the flows of a member: when their arguments change, it does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import parse_phone
from otpguard.core.shipped_kinds import PHONE
from otpguard.exceptions import Ask
from otpguard.flows.challenge.answer import Verified, answer_challenge
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.models import Membership
from otpguard.simulation.arrival import Arrival

CHECKPOINT = "billing_change"
STORY = "00000000-0000-4000-8000-000000000000"


def bind_number(who: Arrival, *, tenant: str, now: datetime) -> UUID:
    """Ask for the code that confirms the number of `who`, whose account is made if it is not there.
    Raises StartRefused."""
    facts = member_facts(who, tenant=tenant, now=now, user=_account(who, tenant, now))
    ask = Ask(checkpoint=CHECKPOINT, tenant=tenant, user=facts.user, sid=facts.sid, story=STORY)
    number = parse_phone(who.number, region=who.country)
    return enroll_factor(facts=facts, ask=ask, kind=PHONE.slug, given={"number": number}).pk


def confirm_number(who: Arrival, challenge: UUID, code: str, *, tenant: str, now: datetime) -> bool:
    """Enter a code; True if it confirmed the number. Raises StoreUnavailable."""
    facts = member_facts(who, tenant=tenant, now=now)
    given = answer_challenge(facts=facts, challenge_id=challenge, given=code)
    return isinstance(given, Verified)


def member_facts(who: Arrival, *, tenant: str, now: datetime, user: str = "") -> RequestFacts:
    """A request of `who` a moment after their login. `user` is the key of their account, read if
    it is not given."""
    return RequestFacts(
        now=now,
        tenant=tenant,
        user=user or str(_accounts().get_by_natural_key(_name(who)).pk),
        sid=who.browser,
        primary=Primary.PASSWORD,
        authenticated_at=now,
        client_ip=who.client_ip,
        host="simulation.example",
        secure=True,
        method="POST",
        path="/security/",
    )


def _account(who: Arrival, tenant: str, now: datetime) -> str:
    """An account as new as an invitation makes it: then the strict column of caps counts."""
    model = get_user_model()
    fields = {model.USERNAME_FIELD: _name(who)}
    known = _accounts().filter(**fields).first()
    if known is not None:
        return str(known.pk)
    joined = {"date_joined": now} if hasattr(model, "date_joined") else {}
    made = _accounts().create(**fields, **joined)
    Membership.objects.create(tenant_id=tenant, user=made)
    return str(made.pk)


def _accounts() -> Any:  # noqa: ANN401 (the manager of whatever user model the host has)
    return get_user_model()._default_manager  # noqa: SLF001 (Django's documented Meta API)


def _name(who: Arrival) -> str:
    return f"{who.browser}@simulation.example"
