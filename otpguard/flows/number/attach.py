"""Give a number that a browser has proven to the account that was made after it."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.account import email_of
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.factor import FactorEnrolled
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed, StoreUnavailable
from otpguard.factors import phone
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify
from otpguard.flows.number.claim import use_claim
from otpguard.models import Factor, LoginSession, PhoneClaim
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import NoticeKind
from otpguard.signals import phone_was_verified
from otpguard.store_errors import STORE_ERRORS


def attach_claim(*, facts: RequestFacts, claim: PhoneClaim, user: AbstractBaseUser) -> Factor:
    """Use a claim, once, and make its number the first factor of `user`, confirmed.

    Joins the caller's transaction. Locks the person, then the claim. Only an account that is newer
    than the proof gets it: for any other this would be a way around `factor_change` and around the
    fresh login that a first factor needs (A2). Raises NotAllowed for such an account, ClaimRefused
    and NumberOverused as `use_claim` does, and StoreUnavailable.
    """
    try:
        with transaction.atomic():
            lock_person(user.pk)
            _check_new(user, claim)
            number = use_claim(facts=facts, claim=claim, user=user.pk)
            factor = phone.build(user_id=str(user.pk), number=number, email=email_of(user))
            factor.confirmed, factor.last_used_at = True, claim.created_at
            if claim.challenge.consent_version:
                factor.consent_version = claim.challenge.consent_version
                factor.consented_at = claim.challenge.created_at
            factor.save(force_insert=True)
            factor.refresh_from_db()
            _tell(facts, factor, number.e164)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the number cannot be attached") from error
    return factor


def _check_new(user: AbstractBaseUser, claim: PhoneClaim) -> None:
    logged_in = LoginSession.objects.filter(Q(user_id=user.pk), started_at__lt=claim.created_at)
    if FACTORS.filter(Q(user_id=user.pk)).exists() or logged_in.exists():
        raise NotAllowed(str(_("This account is older than the confirmation of the number.")))


def _tell(facts: RequestFacts, factor: Factor, number: str) -> None:
    enrolled = FactorEnrolled(
        factor=str(factor.pk),
        kind=factor.kind,
        consent=factor.consent_version,
        consented_at=factor.consented_at.isoformat() if factor.consented_at else "",
    )
    subject = str(factor.user_id)
    record(enrolled, Circumstances.of(facts, subject=subject))
    named = {"factor": factor.kind, "number": number}
    notify(facts=facts, kind=NoticeKind.FACTOR_ADDED, user_id=subject, context=named)
    transaction.on_commit(
        partial(phone_was_verified.send_robust, sender=Factor, user_id=factor.user_id)
    )
