"""Start an anonymous challenge: order a code to a number that no account stands behind (C28).

Nothing here asks whether an account has the number, so a number with an account and one without
take the same steps, in the same statements.
"""

from __future__ import annotations

import os
from dataclasses import replace

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.events.challenge import ChallengeStarted
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import CapFull
from otpguard.core.phone import PhoneNumber
from otpguard.core.policy import Policy
from otpguard.core.pumping.attempt import Attempt, FormFacts, SpendLane
from otpguard.core.reasons import StartReason
from otpguard.core.route import Route
from otpguard.core.shipped_kinds import PHONE
from otpguard.database import transaction
from otpguard.exceptions import Ask, StartRefused, StoreUnavailable
from otpguard.factors.catalog import drivers
from otpguard.flows.challenge.ask_columns import columns_of
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.challenge.open import net_of, steps_of
from otpguard.flows.challenge.start import record_refused
from otpguard.flows.challenge.unreadable_ip import note_unreadable_ip
from otpguard.flows.delivery.caps import charge_first, refusal_of
from otpguard.flows.delivery.fixed_codes import is_test, planned_for_number
from otpguard.flows.delivery.outbox import enqueue_deliveries
from otpguard.flows.notice.route import carries_email
from otpguard.flows.number.place import place_of
from otpguard.flows.pumping.attempt import visitor_attempt
from otpguard.flows.pumping.decision import Screened, record_send, recording_refusals
from otpguard.flows.pumping.money.charge_money import charge_first_spend
from otpguard.flows.pumping.screen import demand, screen
from otpguard.flows.pumping.velocity import caps_of_attempt
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.flows.pumping.visitor_form.spend import Spend, spend
from otpguard.flows.route.plan import number_routes
from otpguard.ids import new_id
from otpguard.limits.limiter import limiter
from otpguard.models import Challenge
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.footprint import footprint_in


def start_number_challenge(
    *,
    facts: RequestFacts,
    ask: Ask,
    number: PhoneNumber,
    consent: str = "",
    language: str = "",
    form: CheckedForm | None = None,
    is_strict: bool = False,
) -> Challenge:
    """Start a challenge of a number for what `ask` names, and order its code.

    `facts.browser` says which browser may answer it. `consent` is the version of the text that was
    agreed to. The code must reach the policy's level beside `facts.primary`: for a visitor of whom
    nothing is known, AAL1. `form` is what the form that asked has shown, checked at the same place;
    its token and its proof of work are spent by the commit. None where no form of ours asked:
    nothing is known of one then. `is_strict` counts by the narrower caps in any case. One commit
    writes the charged caps, the challenge, the first delivery and the event; it locks the caps and
    older challenges of the browser, and joins an outer transaction. Writes an event and raises
    StartRefused when the ask is of another tenant, the form must be sent again, once more or with a
    proof of `work_level`, the browser has to open a link in an e-mail first, the policy does not
    take phones or this kind of number, a cap is full, the pumping defense wants something else
    first, or nothing can send the code. What was decided is recorded. Raises StoreUnavailable.
    """
    if form is not None:
        facts = replace(facts, fingerprint=form.facts.fingerprint)
    try:
        return _start(
            facts,
            ask,
            number,
            consent=consent,
            language=language,
            form=form,
            is_strict=is_strict,
        )
    except StartRefused as refusal:
        record_refused(facts, ask, refusal)
        raise


def _start(
    facts: RequestFacts,
    ask: Ask,
    number: PhoneNumber,
    *,
    consent: str,
    language: str,
    form: CheckedForm | None,
    is_strict: bool,
) -> Challenge:
    _check_ask(facts, ask, form, consent)
    place = place_of(facts, ask.checkpoint)
    policy = replace(place.policy, **ask.send_options.wishes)
    if PHONE.slug not in policy.allowed_factors or PHONE.slug not in drivers():
        raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)
    if not facts.client_ip:
        note_unreadable_ip(facts.now)
    try:
        routes = number_routes(facts, number.e164, policy, place.tenant)
        challenge = _build(facts, ask, number, policy, routes)
        challenge.language = language
        challenge.consent_version = consent if settings().phone_consent else ""
        attempt = visitor_attempt(
            facts=facts,
            ask=ask,
            number=number,
            tenant=place.tenant,
            first=challenge.plan[0],
            countries=policy.allowed_countries & footprint_in(place.tenant),
            number_types=policy.allowed_number_types,
            form=FormFacts() if form is None else form.facts,
        )
        attempt = replace(attempt, is_strict=attempt.is_strict or is_strict)
        _demand_email(ask, attempt)
        challenge.spend_lane, challenge.asn = attempt.lane.value, attempt.network.asn
        screened = Screened(attempt=attempt, verdict=screen(attempt))
        with recording_refusals(screened):
            demand(screened.verdict)
            spends = () if form is None else form.spends
            _open(facts, ask, challenge, screened=screened, spends=spends)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the challenge cannot be written") from error
    return challenge


def _check_ask(facts: RequestFacts, ask: Ask, form: CheckedForm | None, consent: str) -> None:
    is_anonymous = bool(facts.browser) and not (facts.user or facts.sid or ask.user or ask.sid)
    named = checkpoint_named(ask.checkpoint)
    if not (is_anonymous and named.anonymous and ask.tenant == facts.tenant):
        raise StartRefused(StartReason.FOREIGN)
    if form is not None and not form.facts.token_valid:
        raise StartRefused(StartReason.FORM_AGAIN)
    wanted = settings().phone_consent
    if wanted is not None and consent != wanted.version:
        raise StartRefused(StartReason.NO_CONSENT)


def _demand_email(ask: Ask, attempt: Attempt) -> None:
    """Neither a page that was opened before nor a program goes around the e-mail."""
    if ask.email_first and attempt.lane is SpendLane.STRANGER and carries_email():
        raise StartRefused(StartReason.EMAIL_FIRST)


def _build(
    facts: RequestFacts, ask: Ask, number: PhoneNumber, policy: Policy, routes: tuple[Route, ...]
) -> Challenge:
    return Challenge(
        id=new_id(),
        seed=os.urandom(16),
        key_id=vault.key_ids()[0],
        **columns_of(ask),
        browser=facts.browser,
        level=int(policy.required_level),
        primary=facts.primary.value,
        enrolls=True,
        destination=number.e164,
        phone_index=vault.blind_indexes(number.e164)[0],
        net=net_of(facts),
        plan=planned_for_number(number.e164, steps_of(routes, country=number.region)),
        fallback_seconds=int(policy.fallback_timeout.total_seconds()),
        max_attempts=policy.max_attempts,
        created_at=facts.now,
        last_sent_at=facts.now,
        expires_at=facts.now + policy.code_ttl,
    )


def _open(
    facts: RequestFacts,
    ask: Ask,
    challenge: Challenge,
    *,
    screened: Screened,
    spends: tuple[Spend, ...],
) -> None:
    caps = caps_of_attempt(screened.attempt, challenge=challenge.pk)
    with transaction.atomic():
        # First: who waits for the same token then holds no cap meanwhile.
        spend(spends)
        charged = limiter().consume(caps, challenge=challenge.pk, now=facts.now)
        if isinstance(charged, CapFull):
            raise refusal_of(charged)
        mine = Challenge.objects.of(
            sid="", user="", tenant=facts.tenant, browser=facts.browser
        ).filter(checkpoint=challenge.checkpoint)
        cancel_open(facts, mine, "superseded")
        charge_first(challenge, now=facts.now)
        challenge.save(force_insert=True)
        record_send(screened, challenge)
        enqueue_deliveries([challenge])
        event = ChallengeStarted(
            factor="",
            kind=PHONE.slug,
            channels=[step["channel"] for step in challenge.plan],
            test_number=is_test(challenge),
            consent=challenge.consent_version,
        )
        record(event, Circumstances.of_ask(facts, ask))
        # Last: its locks are those of a whole country, and stay until the commit.
        charge_first_spend(
            screened.attempt,
            challenge=challenge.pk,
            only_reserve=screened.verdict.only_reserve,
        )
