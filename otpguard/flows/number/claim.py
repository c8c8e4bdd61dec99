"""Find the claim that a browser has, and use it once."""

from __future__ import annotations

from uuid import UUID

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.number import ClaimUsed
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import PhoneNumber
from otpguard.database import transaction
from otpguard.exceptions import ClaimRefused, NumberOverused, StoreUnavailable
from otpguard.flows.number.place import tenant_stands
from otpguard.flows.pumping.number_use import look_at_number_use
from otpguard.models import PhoneClaim
from otpguard.store_errors import STORE_ERRORS


def find_claim(*, facts: RequestFacts, checkpoint: str) -> PhoneClaim | None:
    """The newest claim that this browser may use now at this checkpoint and in this tenant; None
    without one. One read, none without a browser; locks nothing. Raises StoreUnavailable."""
    if not facts.browser:
        return None
    usable = PhoneClaim.objects.usable(
        browser=facts.browser, tenant=facts.tenant, checkpoint=checkpoint, now=facts.now
    )
    try:
        return usable.select_related("challenge").order_by("-created_at").first()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the phone claims cannot be read") from error


def find_claim_by_id(*, facts: RequestFacts, checkpoint: str, claim_id: UUID) -> PhoneClaim | None:
    """This claim, if this browser may use it now at this checkpoint and in this tenant; None if
    not. One read; locks nothing. Raises StoreUnavailable."""
    usable = PhoneClaim.objects.usable(
        browser=facts.browser, tenant=facts.tenant, checkpoint=checkpoint, now=facts.now
    )
    try:
        return usable.select_related("challenge").filter(pk=claim_id).first()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the phone claim cannot be read") from error


def use_claim(*, facts: RequestFacts, claim: PhoneClaim, user: object = None) -> PhoneNumber:
    """Use a claim, once, and return its number. Joins the caller's transaction: if that is rolled
    back, the claim can be used again.

    `user` is the key of the account that the number goes into, if there is one already: with it the
    claim is deleted. One conditional update, so of many callers one wins; it locks the claim.
    Raises ClaimRefused when it was used, has expired, is of another browser or tenant, or its
    tenant is suspended, NumberOverused when the number serves too many accounts or organizations
    (HYGIENE); UndecryptableError without the number's key; StoreUnavailable.
    """
    usable = PhoneClaim.objects.usable(
        browser=facts.browser, tenant=facts.tenant, checkpoint=claim.checkpoint, now=facts.now
    )
    try:
        with transaction.atomic():
            mine = usable.filter(tenant_stands(facts), pk=claim.pk).update(
                used_at=facts.now, user=user
            )
            if not mine:
                raise ClaimRefused(claim.checkpoint)
            number = claim.number
            named = str(user) if user is not None else ""
            if look_at_number_use(facts, number.e164, user=named, claim=claim.pk) is not None:
                raise NumberOverused(claim.checkpoint)
            where = Circumstances.of_challenge(facts, claim.challenge)
            record(ClaimUsed(claim=str(claim.pk), user=named), where)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the phone claim cannot be used") from error
    return number
