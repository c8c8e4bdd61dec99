"""Open a challenge: build it, and write it with its charged caps, its first delivery and its event
in one commit. The worker is called after it.
"""

from __future__ import annotations

import json
import os
from typing import Any

from django.db.models import Exists, Q

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.events.challenge import ChallengeStarted
from otpguard.core.facts import RequestFacts
from otpguard.core.fallback import MAX_SENDS
from otpguard.core.limits import Cap, CapFull, Lane, caps_for_start
from otpguard.core.phone import country_of
from otpguard.core.policy import Policy
from otpguard.core.reasons import StartReason
from otpguard.core.route import Route
from otpguard.database import transaction
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors import lanes
from otpguard.factors.catalog import sends_codes
from otpguard.factors.devices import lane_of
from otpguard.factors.enrolled import usable
from otpguard.flows.challenge.ask_columns import columns_of
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.challenge.lock_out import finish_lock_out
from otpguard.flows.challenge.open_at_once import Opened, Opening, can_open_at_once, open_at_once
from otpguard.flows.challenge.revoked import nothing_revoked
from otpguard.flows.challenge.start_reading import StartReading
from otpguard.flows.challenge.unreadable_ip import note_unreadable_ip
from otpguard.flows.delivery.caps import charge_first, refusal_of, send_caps
from otpguard.flows.delivery.fixed_codes import is_test, planned_for
from otpguard.flows.delivery.outbox import enqueue_deliveries
from otpguard.flows.lock_order import share_person_and_tenant
from otpguard.flows.pumping.account_age import is_strict_now
from otpguard.flows.pumping.decision import Screened, record_send
from otpguard.flows.pumping.money.charge_money import charge_first_spend
from otpguard.flows.pumping.velocity import caps_of_attempt
from otpguard.flows.pumping.visitor_form.spend import spend
from otpguard.flows.shadow import keep_shadow
from otpguard.ids import new_id
from otpguard.limits.limiter import limiter
from otpguard.models import Challenge, Factor, Grant, Tenant
from otpguard.models.factor import FACTORS


def open_challenge(
    *,
    facts: RequestFacts,
    ask: Ask,
    factor: Factor,
    policy: Policy,
    tenant: Tenant | None,
    routes: tuple[Route, ...] = (),
    kept: str = "",
    language: str = "",
    guarded: bool = False,
    read: StartReading | None = None,
    screened: Screened | None = None,
) -> Challenge:
    """Create the challenge of a factor that is confirmed, or that this challenge will confirm.

    `tenant` is that of the request. `routes` carry its code, if one is sent; `kept` is what its
    kind stores to verify the answer. `guarded` says that a proof let a new factor in, which must
    still be there; without one it must still be the first. `read` is what of a confirmed factor was
    read already. `screened`, about an unconfirmed number, is recorded. Locks person, tenant, older
    challenges and caps; joins an outer transaction. Raises StartRefused, StoreUnavailable.
    """
    lane = _open_lane(facts, factor, read)
    keep_shadow(facts=facts, user=facts.user, tenant=facts.tenant)
    challenge = _build(
        facts=facts, ask=ask, factor=factor, policy=policy, routes=routes, language=language
    )
    challenge.ceremony = kept
    strict = is_strict_now(tenant, now=facts.now)
    opening = Opening(
        facts=facts,
        challenge=challenge,
        factor=factor,
        caps=_caps(facts, factor, challenge, lane, strict=strict, screened=screened),
        send_caps=send_caps(challenge, step=0) if challenge.plan else (),
        started=(_started(challenge, factor, routes), Circumstances.of_ask(facts, ask)),
    )
    if guarded or not can_open_at_once(opening) or not _open_at_once(opening):
        _open_plainly(opening, guarded=guarded, screened=screened)
    return challenge


def _started(challenge: Challenge, factor: Factor, routes: tuple[Route, ...]) -> ChallengeStarted:
    return ChallengeStarted(
        factor=str(factor.pk),
        kind=factor.kind,
        channels=[str(route.channel) for route in routes],
        test_number=is_test(challenge),
    )


def _open_at_once(opening: Opening) -> bool:
    """False if the action has an open challenge already."""
    with transaction.atomic():
        done = open_at_once(opening)
        if done is not Opened.DONE:
            # The locks go with it, or a plain start would take them in another order.
            transaction.set_rollback(True)
    if isinstance(done, CapFull):
        raise refusal_of(done)
    if done is Opened.REVOKED:
        raise StartRefused(StartReason.REVOKED)
    return done is Opened.DONE


def _open_plainly(opening: Opening, *, guarded: bool, screened: Screened | None = None) -> None:
    facts, challenge = opening.facts, opening.challenge
    with transaction.atomic():
        if screened is not None:
            # First: who waits for the same puzzle then holds nothing meanwhile.
            spend(screened.spends)
        share_person_and_tenant(user=facts.user, tenant=facts.tenant)
        if not _still_stands(facts, opening.factor, guarded=guarded):
            raise StartRefused(StartReason.REVOKED)
        charged = limiter().consume(opening.caps, challenge=challenge.pk, now=facts.now)
        if isinstance(charged, CapFull):
            raise refusal_of(charged)
        _supersede_older(facts, challenge)
        charge_first(challenge, now=facts.now)
        if screened is not None:
            seen = screened.attempt
            challenge.spend_lane, challenge.asn = seen.lane.value, seen.network.asn
        challenge.save(force_insert=True)
        if screened is not None:
            record_send(screened, challenge)
        if challenge.plan:
            enqueue_deliveries([challenge])
        record(*opening.started)
        if screened is not None:
            # Last: its locks are those of a whole country, and stay until the commit.
            charge_first_spend(
                screened.attempt,
                challenge=challenge.pk,
                only_reserve=screened.verdict.only_reserve,
            )


def _supersede_older(facts: RequestFacts, challenge: Challenge) -> None:
    """Each action has only one live code."""
    same = {"checkpoint": challenge.checkpoint, "intent": challenge.intent}
    cancel_open(facts, Challenge.objects.filter(sid=facts.sid, **same), "superseded")


def _open_lane(facts: RequestFacts, factor: Factor, read: StartReading | None) -> Lane:
    """The lane that this try counts in. Raises StartRefused while it is locked or must wait.

    It is also where a client whose IP address cannot be read is noted, before any cap is full.
    """
    if not facts.client_ip:
        note_unreadable_ip(facts.now)
    if read is None:
        lane = lane_of(facts)
        allowed = lanes.state_of(factor.pk, lane, now=facts.now)
    else:
        lane, allowed = read.lane, read.lane_state(factor, now=facts.now)
    if allowed.closed:
        finish_lock_out(facts, factor, lane)
        raise StartRefused(StartReason.FACTOR_LOCKED)
    if allowed.wait_seconds:
        raise StartRefused(StartReason.WAIT, retry_after=allowed.wait_seconds)
    return lane


def _still_stands(facts: RequestFacts, factor: Factor, *, guarded: bool) -> bool:
    """Whether nothing was taken away since it was decided that this challenge may start."""
    rows = FACTORS.filter(nothing_revoked(facts), pk=factor.pk, confirmed=factor.confirmed)
    if factor.confirmed:
        rows = rows.filter(disabled_at=None)
    elif not guarded:
        # A fresh login binds the first factor alone, and another may have been confirmed since.
        rows = rows.exclude(Exists(usable(user=facts.user, tenant=facts.tenant)))
    if guarded:
        where = Q(tenant=facts.tenant) if facts.tenant else Q(tenant=None)
        where &= Q(sid=facts.sid, user_id=facts.user)
        proofs = Grant.objects.filter(where, revoked_at=None)
        rows = rows.filter(Exists(proofs))
    return rows.exists()


def _build(
    *,
    facts: RequestFacts,
    ask: Ask,
    factor: Factor,
    policy: Policy,
    routes: tuple[Route, ...],
    language: str,
) -> Challenge:
    country = country_of(factor.secret.reveal()) if sends_codes(factor) else ""
    return Challenge(
        id=new_id(),
        seed=os.urandom(16),
        key_id=vault.key_ids()[0],
        **columns_of(ask),
        level=int(policy.required_level),
        primary=facts.primary.value,
        factor=factor,
        enrolls=not factor.confirmed,
        destination=factor.secret if sends_codes(factor) else "",
        phone_index=factor.phone_index,
        net=net_of(facts),
        language=language,
        plan=planned_for(factor, steps_of(routes, country=country)),
        fallback_seconds=int(policy.fallback_timeout.total_seconds()),
        max_attempts=policy.max_attempts,
        created_at=facts.now,
        last_sent_at=facts.now,
        expires_at=facts.now + policy.code_ttl,
    )


def net_of(facts: RequestFacts) -> str:
    """Where the request comes from, as stored in the row."""
    return json.dumps({"client_ip": facts.client_ip, "agent": facts.agent, "host": facts.host})


def steps_of(routes: tuple[Route, ...], *, country: str) -> list[dict[str, Any]]:
    """The plan as stored in its row, to a number of that country. E-mail has none."""
    return [
        {
            "channel": route.channel.value,
            "provider": route.provider,
            "receipts": route.receipts,
            "remote": route.remote,
            "length": route.code_length,
            "country": "" if route.channel is Channel.EMAIL else country,
        }
        for route in routes[:MAX_SENDS]
    ]


def _caps(
    facts: RequestFacts,
    factor: Factor,
    challenge: Challenge,
    lane: Lane,
    *,
    strict: bool,
    screened: Screened | None,
) -> tuple[Cap, ...]:
    """The caps of a start. They make starts of one login wait for each other, so that the second
    sees the first; those of the message come after older challenges, as in a fallback."""
    if screened is not None:
        return caps_of_attempt(screened.attempt, challenge=challenge.pk, sid=facts.sid)
    return caps_for_start(
        sid=facts.sid,
        client_ip=facts.client_ip,
        factor=str(factor.pk),
        lane=lane,
        sends=bool(challenge.plan),
        strict=strict,
        unreadable_ip_limit=settings().unreadable_ip_limit,
    )
