"""Enroll a telephone number as a first factor.

Having nothing enrolled makes nobody trusted: a first factor needs a login fresh in this very
session (A2), so a stolen session cannot bind the thief's phone. The number is confirmed by a
challenge like any other, and the right answer is a proof at once.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import transaction

from otpguard.conf import settings
from otpguard.core.assurance import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import PhoneNumber
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors import phone
from otpguard.factors.enrolled import usable
from otpguard.flows.revoke import remove_factor
from otpguard.flows.standing import Standing, is_own, standing_of
from otpguard.flows.start import record_refused, send_to
from otpguard.models import Challenge, Factor

UNCONFIRMED_PER_USER = 3


def enroll_phone(
    *, facts: RequestFacts, ask: Ask, number: PhoneNumber, language: str = ""
) -> Challenge:
    """Bind `number` to the person of `ask` and order a code to confirm it.

    The factor stays unconfirmed, and worth nothing, until the right answer. Raises StartRefused,
    with an event: not this person's ask, a login that is not fresh, a factor enrolled already, a
    kind that would not reach the level, or a cap.
    """
    try:
        standing = _checked(facts, ask)
        return send_to(
            facts=facts,
            ask=ask,
            factor=_bind(facts, number),
            standing=standing,
            language=language,
        )
    except StartRefused as refusal:
        record_refused(facts, ask, refusal)
        raise


def is_fresh(facts: RequestFacts) -> bool:
    """True when this session's own login is recent enough to bind a first factor."""
    at = facts.authenticated_at
    return at is not None and facts.now - at <= settings().fresh_login


def _checked(facts: RequestFacts, ask: Ask) -> Standing:
    if not is_own(facts, ask):
        raise StartRefused("foreign")
    standing = standing_of(facts, ask)
    if standing.proven:
        raise StartRefused("already_proven")
    if standing.enrollment is None or FactorKind.PHONE not in standing.enrollment.kinds:
        raise StartRefused("factor_not_acceptable")
    if usable(user=facts.user, tenant=facts.tenant).exists():
        # With a factor enrolled, another one needs proof with it, not a login.
        raise StartRefused("factor_not_acceptable")
    if not is_fresh(facts):
        raise StartRefused("stale_login")
    return standing


def _bind(facts: RequestFacts, number: PhoneNumber) -> Factor:
    """The person's unconfirmed factor with this number: the one there is, or a new one.

    A disabled one gives way: binding anew is how its holder comes back (NIST SP 800-63B-4, 3.2.2).
    """
    own = Factor.objects.filter(user=facts.user, tenant=None)
    for disabled in (own & phone.holders_of(number)).exclude(disabled_at=None):
        remove_factor(facts=facts, factor=disabled, reason="the number is bound anew")
    pending = Factor.objects.filter(user=facts.user, tenant=None, confirmed=False)
    known = (pending & phone.holders_of(number)).first()
    if known is not None:
        return known  # type: ignore[no-any-return]  # django-otp's manager is untyped
    with transaction.atomic():
        keep = pending.order_by("-created_at").values_list("pk", flat=True)
        pending.exclude(pk__in=list(keep[: UNCONFIRMED_PER_USER - 1])).delete()
        user = get_user_model().objects.get(pk=facts.user)
        email = str(getattr(user, user.get_email_field_name(), "") or "")
        factor = phone.build(user_id=facts.user, number=number, email=email)
        factor.save(force_insert=True)
    factor.refresh_from_db()
    return factor
