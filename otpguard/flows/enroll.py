"""Bind a new factor to a person: a telephone number, an authenticator app, a passkey.

Having nothing enrolled makes nobody trusted: a first factor needs a login fresh in this very
session (A2), so a stolen session cannot bind the thief's phone. With any factor enrolled, a further
one needs proof with it (NIST SP 800-63B-4, 4.1.2), which the door has asked for by `factor_change`.
The factor is confirmed by a challenge like any other, and the right answer is a proof at once,
unless it has to wait: a number that joins others does, and whatever takes the place of a factor
that was switched off, for wrong answers must not make a password enough. Whoever has something
elsewhere that this tenant does not accept binds for this tenant alone: else its administrators
could lend anybody a way into the others (A1).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.assurance import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import PhoneNumber
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors import passkey_rows, phone, totp
from otpguard.factors.enrolled import changes_own, usable
from otpguard.flows import ceremony
from otpguard.flows.account import email_of
from otpguard.flows.revoke import remove_factor
from otpguard.flows.routes import phone_routes
from otpguard.flows.standing import Standing, binding_hold, is_own, standing_of
from otpguard.flows.start import open_challenge, record_refused
from otpguard.models import Challenge, Factor
from otpguard.models.factor import FACTORS

UNCONFIRMED_PER_USER = 3
FACTORS_PER_KIND = 10


def enroll_phone(
    *,
    facts: RequestFacts,
    ask: Ask,
    number: PhoneNumber,
    guarded: bool = False,
    replaces: str = "",
    language: str = "",
) -> Challenge:
    """Bind `number` to the person of `ask` and order a code to confirm it.

    The factor stays unconfirmed, and worth nothing, until the right answer. `guarded` says that
    the door has passed `factor_change`; then the new number waits for that policy's hold before
    it proves anything, and takes over from the phone `replaces` once it does. Raises StartRefused,
    with an event: not this person's ask, a login that is not fresh, a kind that would not reach
    the level, a number that is bound already, too many, or a cap.
    """
    with _recorded(facts, ask):
        standing = _checked(facts, ask, FactorKind.PHONE, guarded=guarded)
        factor = _phone(facts, number, replaces)
        return open_challenge(
            facts=facts,
            ask=ask,
            factor=factor,
            standing=standing,
            routes=phone_routes(facts, factor, standing.policy),
            language=language,
        )


def enroll_totp(
    *, facts: RequestFacts, ask: Ask, name: str, guarded: bool = False, language: str = ""
) -> Challenge:
    """Make a seed for an authenticator app; one code of it confirms the factor.

    See `enroll_phone` for `guarded` and what is raised.
    """
    with _recorded(facts, ask):
        standing = _checked(facts, ask, FactorKind.TOTP, guarded=guarded)
        factor = totp.build(user_id=facts.user, name=name)
        factor.usable_from = _usable_from(facts, FACTORS.none())
        _unconfirmed(facts, factor)
        return open_challenge(
            facts=facts, ask=ask, factor=factor, standing=standing, language=language
        )


def enroll_passkey(
    *, facts: RequestFacts, ask: Ask, name: str, guarded: bool = False, language: str = ""
) -> Challenge:
    """Begin the ceremony that makes a passkey; the browser's answer confirms the factor.

    See `enroll_phone` for `guarded` and what is raised.
    """
    with _recorded(facts, ask):
        standing = _checked(facts, ask, FactorKind.PASSKEY, guarded=guarded)
        factor = passkey_rows.build(user_id=facts.user, name=name)
        factor.usable_from = _usable_from(facts, FACTORS.none())
        _unconfirmed(facts, factor)
        return open_challenge(
            facts=facts,
            ask=ask,
            factor=factor,
            standing=standing,
            state=ceremony.enrolling(facts, standing.policy),
            language=language,
        )


def is_fresh(facts: RequestFacts) -> bool:
    """True when this session's own login is recent enough to bind a first factor."""
    at = facts.authenticated_at
    return at is not None and facts.now - at <= settings().fresh_login


def is_first(facts: RequestFacts) -> bool:
    """True for somebody who has nothing yet to prove themselves with here."""
    return not usable(user=facts.user, tenant=facts.tenant).exists()


@contextmanager
def _recorded(facts: RequestFacts, ask: Ask) -> Iterator[None]:
    try:
        yield
    except StartRefused as refusal:
        record_refused(facts, ask, refusal)
        raise


def _checked(facts: RequestFacts, ask: Ask, kind: FactorKind, *, guarded: bool) -> Standing:
    if not is_own(facts, ask):
        raise StartRefused("foreign")
    standing = standing_of(facts, ask)
    if checkpoint_named(ask.checkpoint).rebinds:
        if kind not in standing.policy.allowed_factors:
            raise StartRefused("factor_not_acceptable")
    elif standing.proven:
        raise StartRefused("already_proven")
    elif standing.enrollment is None or kind not in standing.enrollment.kinds:
        raise StartRefused("factor_not_acceptable")
    _check_right(facts, guarded=guarded)
    if FACTORS.filter(user=facts.user, kind=kind.value, confirmed=True).count() >= FACTORS_PER_KIND:
        raise StartRefused("too_many_factors")
    return standing


def _check_right(facts: RequestFacts, *, guarded: bool) -> None:
    """A fresh login binds a first factor; any further one needs proof with what is there."""
    if is_first(facts):
        if not is_fresh(facts):
            raise StartRefused("stale_login")
        if not facts.tenant and not changes_own(user=facts.user, tenant=""):
            # What a tenant gave counts for nothing here, and yet somebody is not new.
            raise StartRefused("proof_needed")
    elif not guarded:
        # With a factor enrolled, another one needs proof with it, not a login.
        raise StartRefused("proof_needed")


def _phone(facts: RequestFacts, number: PhoneNumber, replaces: str) -> Factor:
    """The person's unconfirmed factor with this number: the one there is, or a new one.

    A disabled one gives way: binding anew is how its holder comes back (NIST SP 800-63B-4, 3.2.2).
    """
    own = FACTORS.filter(user=facts.user, tenant=_place(facts))
    same_number = own & phone.holders_of(number)
    if same_number.filter(confirmed=True, disabled_at=None).exists():
        raise StartRefused("already_bound")
    if replaces and not own.filter(pk=replaces, kind=FactorKind.PHONE.value).exists():
        raise StartRefused("factor_not_acceptable")
    usable_from = _usable_from(facts, same_number, joins=not is_first(facts))
    for disabled in same_number.exclude(disabled_at=None):
        remove_factor(facts=facts, factor=disabled, reason="the number is bound anew")
    known = same_number.filter(confirmed=False).first()
    if known is None:
        known = phone.build(user_id=facts.user, number=number, email=email_of(facts.user))
    known.replaces_id = replaces or None
    # A first number serves at once; one that joins others may be somebody else's wish (A2).
    known.usable_from = usable_from
    return _unconfirmed(facts, known)


def _usable_from(
    facts: RequestFacts, same: QuerySet[Factor], *, joins: bool = False
) -> datetime | None:
    """From when a new factor counts: None for at once, later for one that `joins` others and for
    the first after another was switched off. `same` is that very factor: it may come back."""
    off = FACTORS.filter(user=facts.user, confirmed=True).exclude(disabled_at=None)
    comes_back = (off & same).exists()
    replaces_one = is_first(facts) and not comes_back and off.exists()
    return facts.now + binding_hold(facts) if joins or replaces_one else None


def _place(facts: RequestFacts) -> UUID | None:
    """Where a new factor serves: everywhere, or in the one tenant that let it in (A1)."""
    own = changes_own(user=facts.user, tenant=facts.tenant)
    return None if own else UUID(facts.tenant)


def _unconfirmed(facts: RequestFacts, factor: Factor) -> Factor:
    """Save a factor that waits for its confirmation; only the newest few of a person stay."""
    factor.tenant_id = _place(facts)
    with transaction.atomic():
        pending = FACTORS.filter(user=facts.user, tenant=factor.tenant_id, confirmed=False)
        others = pending.exclude(pk=factor.pk).order_by("-created_at")
        keep = list(others.values_list("pk", flat=True)[: UNCONFIRMED_PER_USER - 1])
        others.exclude(pk__in=keep).delete()
        factor.save()
    factor.refresh_from_db()
    return factor
