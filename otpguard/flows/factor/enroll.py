"""Bind a new factor of any kind to a person.

A first factor needs a fresh login in this session (A2), so a stolen session cannot bind the thief's
phone. A person who has a factor must prove it before binding another (NIST SP 800-63B-4, 4.1.2);
the door asks for that proof at `factor_change`. A challenge confirms the factor, and the right
answer is a proof at once, unless the factor has to wait. A number waits if the person has other
factors. Any factor waits if it is the first after another was switched off: otherwise wrong
answers, which switch factors off, would make a password enough. If the person has factors that this
tenant does not accept, the new one works in this tenant only: otherwise its administrators could
give anybody a way into other tenants (A1).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.clock import age_is_within
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import NumberType, PhoneNumber, country_of
from otpguard.core.reasons import StartReason
from otpguard.core.route import Route
from otpguard.database import transaction
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors.base import Beginning, FactorDriver, Given
from otpguard.factors.catalog import drivers
from otpguard.factors.enrolled import changes_own, stays_off, switched_off, usable
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.challenge.open import open_challenge, steps_of
from otpguard.flows.challenge.start import record_refused
from otpguard.flows.checkpoint.step_up_options import (
    StepUpOptions,
    binding_hold,
    is_own,
    step_up_options,
)
from otpguard.flows.delivery.fixed_codes import planned_for
from otpguard.flows.lock_order import lock_person
from otpguard.flows.pumping.attempt import enrollment_attempt
from otpguard.flows.pumping.decision import Screened, recording_refusals
from otpguard.flows.pumping.screen import demand, screen
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.flows.route.plan import phone_routes
from otpguard.flows.scope import tenant_of
from otpguard.models import Challenge, Factor, FactorRemoval, ResetLink, Tenant
from otpguard.models.factor import FACTORS

UNCONFIRMED_PER_USER = 3
FACTORS_PER_KIND = 10


def enroll_factor(
    *,
    facts: RequestFacts,
    ask: Ask,
    kind: str,
    given: Given,
    guarded: bool = False,
    replaces: str = "",
    language: str = "",
    options: StepUpOptions | None = None,
    form: CheckedForm | None = None,
) -> Challenge:
    """Bind a factor of the kind `kind` to the person of `ask`, and start what confirms it.

    `given` is what its enrollment form read. The factor stays unconfirmed and proves nothing until
    the right answer. `guarded` says that the request has passed `factor_change`; a kind that
    `waits_beside_others` then waits for the hold of that policy, and after it replaces the factor
    `replaces` of the same kind. `options` are those of the ask, if the request has evaluated it
    already. `form` is what the page has shown, if it had a puzzle: that is spent by the commit.
    Writes an event and raises StartRefused when the ask is not this person's, the login is not
    fresh, the kind would not reach the level, there are too many or the same factor, a cap is full,
    or the pumping defense wants another way or a proof of `work_level`, which is recorded.
    """
    with _recorded(facts, ask):
        if (driver := drivers().get(kind)) is None:
            raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)
        policy = _checked(facts, ask, driver.kind, options, guarded=guarded).policy
        factor = _bound(facts, driver, _built(facts, driver, given), replaces)
        tenant = tenant_of(facts)
        routes = phone_routes(facts, factor, policy, tenant) if driver.kind.sends_codes else ()
        beginning = Beginning(facts=facts, factor=factor, policy=policy, rebinds=_rebinds(ask))
        asked = _NumberAsk(ask=ask, types=policy.allowed_number_types, form=form)
        with _screening(facts, asked, factor, tenant, routes) as screened:
            return open_challenge(
                facts=facts,
                ask=ask,
                factor=factor,
                policy=policy,
                tenant=tenant,
                routes=routes,
                kept=driver.begin_enrollment(beginning),
                language=language,
                guarded=guarded,
                screened=screened,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _NumberAsk:
    """What a number is bound for: the kinds that it may be of, and what its form has shown."""

    ask: Ask
    types: frozenset[NumberType]
    form: CheckedForm | None


@contextmanager
def _screening(
    facts: RequestFacts,
    asked: _NumberAsk,
    factor: Factor,
    tenant: Tenant | None,
    routes: tuple[Route, ...],
) -> Iterator[Screened | None]:
    """Screen a number that nobody has confirmed yet, before and while its code is ordered; None for
    a factor that gets no message. Raises StartRefused."""
    if not routes:
        yield None
        return
    number = factor.secret.reveal()
    country = country_of(number)
    attempt = enrollment_attempt(
        facts=facts,
        ask=asked.ask,
        number=PhoneNumber(e164=number, region=country),
        tenant=tenant,
        first=planned_for(factor, steps_of(routes, country=country))[0],
        number_types=asked.types,
        work_level=0 if asked.form is None else asked.form.facts.work_level,
    )
    spends = () if asked.form is None else asked.form.spends
    screened = Screened(attempt=attempt, verdict=screen(attempt), spends=spends)
    with recording_refusals(screened):
        demand(screened.verdict)
        yield screened


def is_fresh(facts: RequestFacts) -> bool:
    """True when this session's own login is recent enough to bind a first factor."""
    at = facts.authenticated_at
    return at is not None and age_is_within(at, facts.now, settings().fresh_login)


def is_first(facts: RequestFacts) -> bool:
    """True for somebody who has no factor yet that counts here."""
    return not usable(user=facts.user, tenant=facts.tenant).exists()


@contextmanager
def _recorded(facts: RequestFacts, ask: Ask) -> Iterator[None]:
    try:
        yield
    except StartRefused as refusal:
        record_refused(facts, ask, refusal)
        raise


def _checked(
    facts: RequestFacts,
    ask: Ask,
    kind: FactorKind,
    options: StepUpOptions | None,
    *,
    guarded: bool,
) -> StepUpOptions:
    if not is_own(facts, ask):
        raise StartRefused(StartReason.FOREIGN)
    options = options or step_up_options(facts, ask)
    if _rebinds(ask):
        if kind.recovers or kind.slug not in options.policy.allowed_factors:
            raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)
    elif options.proven:
        raise StartRefused(StartReason.ALREADY_PROVEN)
    elif options.enrollment is None or kind not in options.enrollment.kinds:
        raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)
    _check_right(facts, guarded=guarded)
    if FACTORS.filter(user=facts.user, kind=kind.slug, confirmed=True).count() >= FACTORS_PER_KIND:
        raise StartRefused(StartReason.TOO_MANY_FACTORS)
    return options


def _rebinds(ask: Ask) -> bool:
    return checkpoint_named(ask.checkpoint).rebinds


def _check_right(facts: RequestFacts, *, guarded: bool) -> None:
    """A first factor needs a fresh login; any other one needs a proof with an existing factor."""
    if is_first(facts):
        if not is_fresh(facts):
            raise StartRefused(StartReason.STALE_LOGIN)
        if not facts.tenant and not changes_own(user=facts.user, tenant=""):
            # Factors from a tenant do not count here, but this person is not new either.
            raise StartRefused(StartReason.PROOF_NEEDED)
    elif not guarded:
        # A person with a factor must prove it; a login is not enough.
        raise StartRefused(StartReason.PROOF_NEEDED)


def _built(facts: RequestFacts, driver: FactorDriver, given: Given) -> Factor:
    """The new factor. Raises ValueError for a driver that makes something else than that."""
    new = driver.build(facts, given)
    if str(new.user_id) != facts.user or new.kind != driver.kind.slug or new.confirmed:
        raise ValueError(f"{driver.kind} must build an unconfirmed factor of its own for the user")
    return new


def _bound(facts: RequestFacts, driver: FactorDriver, new: Factor, replaces: str) -> Factor:
    """The unconfirmed factor to bind: an existing row for the same thing, or the new one.

    A number that wrong answers have disabled stays until the new one is confirmed: its holder
    gets it back by binding it again (NIST SP 800-63B-4, 3.2.2), and until then it counts as off
    (A26). What an operator has switched off stays off. Locks the person.
    """
    with transaction.atomic():
        lock_person(facts.user)
        own = FACTORS.filter(user=facts.user, tenant=_place(facts))
        same = own & driver.same_as(new)
        if same.filter(confirmed=True, disabled_at=None).exists():
            raise StartRefused(StartReason.ALREADY_BOUND)
        _check_not_switched_off(facts, driver.same_as(new))
        if replaces:
            _check_replaced(own.filter(kind=driver.kind.slug), replaces)
        locked_out = same.filter(confirmed=True).exclude(disabled_at=None).first()
        factor = same.filter(confirmed=False).first() or new
        # A row that waits from an earlier try keeps no older consent.
        factor.consent_version, factor.consented_at = new.consent_version, new.consented_at
        factor.replaces_id = locked_out.pk if locked_out else replaces or None
        # A first one works at once. If there are others, it may be an attacker who adds one (A2).
        joins = driver.kind.waits_beside_others and (
            not is_first(facts) or (locked_out is None and _removed_lately(facts))
        )
        factor.usable_from = _usable_from(facts, comes_back=locked_out is not None, joins=joins)
        return _unconfirmed(facts, factor)


def _check_not_switched_off(facts: RequestFacts, same: QuerySet[Factor]) -> None:
    """Nobody undoes by binding again what an operator has done, here or for the person."""
    here = Q(tenant=None) | Q(tenant=facts.tenant) if facts.tenant else Q(tenant=None)
    mine = same.filter(here, user=facts.user, confirmed=True)
    if any(stays_off(row) for row in mine.exclude(disabled_at=None)):
        raise StartRefused(StartReason.SWITCHED_OFF)


def _check_replaced(own: QuerySet[Factor], replaces: str) -> None:
    old = own.filter(pk=replaces).first()
    if old is None:
        raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)
    if stays_off(old):
        raise StartRefused(StartReason.SWITCHED_OFF)


def _usable_from(
    facts: RequestFacts, *, comes_back: bool = False, joins: bool = False
) -> datetime | None:
    """From when a new factor counts; None means at once. It waits if it `joins` others, or if it is
    the first after another was switched off, unless that very one `comes_back`, or the first after
    a reset of the password by e-mail alone."""
    if comes_back and not joins:
        return None
    off = switched_off().filter(user=facts.user)
    if joins or (is_first(facts) and (off.exists() or _reset_lately(facts))):
        return facts.now + binding_hold(facts)
    return None


def _reset_lately(facts: RequestFacts) -> bool:
    """Whether the person's mailbox alone has reset their password within the wait: who has that
    mailbox may be somebody else, whose factor must not count before the person has noticed."""
    used = ResetLink.objects.used_without_factor(user=facts.user)
    latest = used.values_list("used_at", flat=True).first()
    # The policy is read for those few alone who have such a reset.
    return latest is not None and latest > facts.now - binding_hold(facts)


def _removed_lately(facts: RequestFacts) -> bool:
    """Whether the person has removed a factor within the wait: a change in two steps waits like
    one in one step."""
    since = facts.now - binding_hold(facts)
    return FactorRemoval.objects.filter(Q(user_id=facts.user), at__gt=since).exists()


def _place(facts: RequestFacts) -> UUID | None:
    """Where a new factor works: everywhere, or only in the tenant where it was bound (A1)."""
    own = changes_own(user=facts.user, tenant=facts.tenant)
    return None if own else UUID(facts.tenant)


def _unconfirmed(facts: RequestFacts, factor: Factor) -> Factor:
    """Save a factor that waits for its confirmation; only the newest few of a person are kept.

    Joins a transaction that has locked the person, so none of the others can be confirmed then.
    """
    factor.tenant_id = _place(facts)
    pending = FACTORS.filter(user=facts.user, tenant=factor.tenant_id, confirmed=False)
    others = pending.exclude(pk=factor.pk).order_by("-created_at")
    keep = list(others.values_list("pk", flat=True)[: UNCONFIRMED_PER_USER - 1])
    surplus = [row.pk for row in others.exclude(pk__in=keep)]
    # Before the factors: an answer that is being counted holds its challenge.
    cancel_open(facts, Challenge.objects.filter(factor__in=surplus), "too many unconfirmed")
    FACTORS.filter(pk__in=surplus).delete()
    factor.save()
    factor.refresh_from_db()
    return factor
