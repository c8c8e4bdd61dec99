"""What somebody who has signed up still has to show, before their first action."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery
from otpguard.core.signup import IdentityPart, ShownIdentity, missing_part, parts_of
from otpguard.exceptions import StoreUnavailable
from otpguard.factors import phone
from otpguard.factors.enrolled import phone_verified, phones_of
from otpguard.flows.pumping.intel.look_up_number import look_up_number
from otpguard.intel.identity import identity_checks
from otpguard.intel.number import known_facts
from otpguard.models import Factor
from otpguard.store_errors import STORE_ERRORS


def missing_identity(*, facts: RequestFacts, user: AbstractBaseUser) -> IdentityPart | None:
    """The first thing that SIGNUP asks of this person and that they have not shown; None if there
    is nothing. Writes nothing but what vendors say of a number. Raises StoreUnavailable, and what
    the host's checks raise."""
    wanted = parts_of(settings().signup.identity)
    if not phone_verified(user):
        return IdentityPart.PHONE
    checks = identity_checks()

    def has_shown(part: IdentityPart) -> bool:
        return part in wanted and checks is not None and checks.has_shown(user, part)

    shown = ShownIdentity(
        phone=True,
        reassigned=_reassigned(facts, user) if IdentityPart.NUMBER in wanted else None,
        email=has_shown(IdentityPart.EMAIL),
        documents=has_shown(IdentityPart.DOCUMENTS),
    )
    return missing_part(settings().signup.identity, shown)


def _reassigned(facts: RequestFacts, user: AbstractBaseUser) -> bool | None:
    """Whether every number of the person has a new owner since they confirmed it; None if no vendor
    says so of any. A number that was confirmed today is not asked about: it is theirs."""
    if IntelFact.REASSIGNED not in known_facts():
        return None
    try:
        phones = list(phones_of(user).order_by("created_at"))
    except STORE_ERRORS as error:
        raise StoreUnavailable("the phones cannot be read") from error
    answers = {_new_owner(facts, factor) for factor in phones}
    if False in answers:
        return False
    return True if answers == {True} else None


def _new_owner(facts: RequestFacts, factor: Factor) -> bool | None:
    verified_on = factor.created_at.date()
    if verified_on >= facts.now.date():
        return False
    query = NumberQuery(
        e164=phone.number_of(factor),
        wanted=frozenset({IntelFact.REASSIGNED}),
        now=facts.now,
        swap_days=settings().number_intel.swap_days,
        verified_on=verified_on,
    )
    return look_up_number(query, phone_index=factor.phone_index).reassigned
