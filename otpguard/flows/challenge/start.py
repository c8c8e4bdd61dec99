"""Start a challenge: the only place from which a code is ordered (A21).

One commit writes the charged caps, the challenge, the first delivery and the event. The worker is
called after it.
"""

from __future__ import annotations

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.decision import Reason
from otpguard.core.events.challenge import ChallengeRefused
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.reasons import StartReason
from otpguard.core.route import Route
from otpguard.database import transaction
from otpguard.exceptions import Ask, StartRefused, StoreUnavailable
from otpguard.factors.base import Beginning
from otpguard.factors.catalog import driver_of, sends_codes
from otpguard.flows.challenge.open import open_challenge
from otpguard.flows.challenge.start_reading import StartReading, read_for_start
from otpguard.flows.checkpoint.step_up_options import is_own, step_up_options
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.pumping.intel.owned_number import withheld_channels
from otpguard.flows.route.plan import email_routes, phone_routes
from otpguard.models import Challenge, Factor
from otpguard.store_errors import STORE_ERRORS

lately = Coalescer()


def start_challenge(
    *,
    facts: RequestFacts,
    ask: Ask,
    factor_id: str,
    by_email: bool = False,
    language: str = "",
) -> Challenge:
    """Start a challenge of one factor for what `ask` names, and order its code if it is sent.

    `by_email` asks for a code by e-mail, the second half of a recovery after a saved recovery code.
    Writes an event and raises StartRefused when the ask is not this person's, the factor does not
    reach the level, its lane is locked, a cap is full, nothing can send the code, or the ask is
    proven already.
    """
    try:
        return _start(facts, ask, factor_id, by_email=by_email, language=language)
    except StartRefused as refusal:
        record_refused(facts, ask, refusal)
        raise


def record_refused(facts: RequestFacts, ask: Ask, refusal: StartRefused) -> None:
    """Record a refused start; repeats are coalesced (A11)."""
    kind = (facts.user, facts.sid, ask.checkpoint, ask.intent, refusal.reason)
    _, count = lately.count(kind, story=ask.story, now=facts.now)
    if count:
        with transaction.atomic():
            record(
                ChallengeRefused(
                    reason=str(refusal.reason), retry_after=refusal.retry_after, count=count
                ),
                Circumstances.of_ask(facts, ask),
            )


def _start(
    facts: RequestFacts,
    ask: Ask,
    factor_id: str,
    *,
    by_email: bool,
    language: str,
) -> Challenge:
    if not is_own(facts, ask):
        raise StartRefused(StartReason.FOREIGN)
    try:
        read = read_for_start(facts)
    except STORE_ERRORS as error:
        raise StoreUnavailable("what a start stands on cannot be read") from error
    options = step_up_options(facts, ask, read=read.person)
    if options.proven:
        raise StartRefused(StartReason.ALREADY_PROVEN)
    factor = read.factor(factor_id)
    if factor is None or factor_id not in options.factors:
        raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)
    driver = driver_of(factor)
    if driver is None or (
        by_email and not (driver.kind.recovers and options.reason is Reason.RECOVERY_INCOMPLETE)
    ):
        raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)
    return open_challenge(
        facts=facts,
        ask=ask,
        factor=factor,
        policy=options.policy,
        tenant=read.tenant,
        routes=_routes(facts, ask, factor, options.policy, read, by_email=by_email),
        kept=driver.begin_proof(
            Beginning(facts=facts, factor=factor, policy=options.policy, accepted=options.factors)
        ),
        language=language,
        read=read,
    )


def _routes(
    facts: RequestFacts,
    ask: Ask,
    factor: Factor,
    policy: Policy,
    read: StartReading,
    *,
    by_email: bool,
) -> tuple[Route, ...]:
    precheck = read.precheck_of(factor)
    if sends_codes(factor):
        withheld = withheld_channels(facts, ask, factor)
        return phone_routes(
            facts, factor, policy, read.tenant, precheck=precheck, withheld=withheld
        )
    return email_routes(facts, factor, policy, read.tenant, precheck=precheck) if by_email else ()
