"""Start a challenge: the only place from which a code is ordered (A21).

Everything that must be true at once is written in one commit: the charged caps, the challenge, the
first delivery and the event; the worker hears of it after that.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from otpguard import vault
from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.assurance import Channel, FactorKind
from otpguard.core.decision import Reason
from otpguard.core.events import ChallengeRefused, ChallengeStarted
from otpguard.core.facts import RequestFacts
from otpguard.core.fallback import MAX_SENDS
from otpguard.core.limits import Lane, Refused, caps_for_start
from otpguard.core.phone import country_of
from otpguard.core.policy import Policy
from otpguard.core.route import Route
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors import lanes
from otpguard.factors.devices import lane_of
from otpguard.flows import ceremony
from otpguard.flows.close import cancel_open
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.routes import mail_routes, phone_routes
from otpguard.flows.standing import Standing, is_own, standing_of
from otpguard.limits import sql as limits
from otpguard.models import Challenge, Delivery, Factor
from otpguard.queue import DELIVER, enqueue_all

lately = Coalescer()


def start(
    *,
    facts: RequestFacts,
    ask: Ask,
    factor_id: str,
    by_mail: bool = False,
    language: str = "",
) -> Challenge:
    """Start a challenge of one factor for what `ask` names, and order its code if it is sent.

    `by_mail` asks for the mailed code that stands beside a saved recovery code, once one was
    shown. Raises StartRefused, after writing the event of it: not this person's ask, a factor that
    does not reach the level, a locked lane, a full cap, nothing to send with, already proven.
    """
    try:
        return _start(facts, ask, factor_id, by_mail=by_mail, language=language)
    except StartRefused as refusal:
        record_refused(facts, ask, refusal)
        raise


def record_refused(facts: RequestFacts, ask: Ask, refusal: StartRefused) -> None:
    """Write down a start that was refused, repeats coalesced (A11)."""
    kind = (facts.user, facts.sid, ask.checkpoint, ask.intent, refusal.reason)
    _, count = lately.note(kind, story=ask.story, now=facts.now)
    if count:
        with transaction.atomic():
            record(
                ChallengeRefused(
                    reason=refusal.reason, retry_after=refusal.retry_after, count=count
                ),
                circumstances(facts, ask),
            )


def circumstances(facts: RequestFacts, ask: Ask) -> Circumstances:
    """Who asks for what, for the events of a challenge."""
    return Circumstances.of(facts, checkpoint=ask.checkpoint, story=ask.story, target=ask.target)


def _start(
    facts: RequestFacts,
    ask: Ask,
    factor_id: str,
    *,
    by_mail: bool,
    language: str,
) -> Challenge:
    if not is_own(facts, ask):
        raise StartRefused("foreign")
    standing = standing_of(facts, ask)
    if standing.proven:
        raise StartRefused("already_proven")
    if factor_id not in standing.factors:
        raise StartRefused("factor_not_acceptable")
    factor = Factor.objects.get(pk=factor_id)
    if by_mail and (
        factor.kind != FactorKind.RECOVERY or standing.reason is not Reason.RECOVERY_INCOMPLETE
    ):
        raise StartRefused("factor_not_acceptable")
    return open_challenge(
        facts=facts,
        ask=ask,
        factor=factor,
        standing=standing,
        routes=_routes(facts, factor, standing.policy, by_mail=by_mail),
        state=ceremony.proving(facts, standing.factors, standing.policy)
        if factor.kind == FactorKind.PASSKEY
        else "",
        language=language,
    )


def open_challenge(
    *,
    facts: RequestFacts,
    ask: Ask,
    factor: Factor,
    standing: Standing,
    routes: tuple[Route, ...] = (),
    state: str = "",
    language: str = "",
) -> Challenge:
    """Create the challenge of a factor, confirmed or about to be.

    `routes` carry its code, if one is sent; `state` is that of a passkey ceremony. Commits by
    itself. Raises StartRefused.
    """
    lane = lane_of(facts)
    allowed = lanes.state_of(factor.pk, lane, now=facts.now)
    if allowed.closed:
        raise StartRefused("factor_locked")
    if allowed.wait_seconds:
        raise StartRefused("wait", retry_after=allowed.wait_seconds)
    challenge = _build(
        facts=facts,
        ask=ask,
        factor=factor,
        policy=standing.policy,
        routes=routes,
        language=language,
    )
    challenge.ceremony = state
    with transaction.atomic(durable=True):
        _charge(facts, factor, challenge, lane, strict=standing.strict)
        # One action, one live code.
        older = Challenge.objects.filter(
            sid=facts.sid, checkpoint=challenge.checkpoint, intent=challenge.intent
        )
        cancel_open(facts, older, "superseded")
        challenge.save(force_insert=True)
        if routes:
            order([challenge])
        record(
            ChallengeStarted(
                factor=str(factor.pk),
                kind=factor.kind,
                channels=[str(route.channel) for route in routes],
            ),
            circumstances(facts, ask),
        )
    return challenge


def order(challenges: Sequence[Challenge]) -> None:
    """Write the deliveries of their present steps to the outbox, and wake workers after commit."""
    deliveries = []
    for challenge in challenges:
        route = challenge.plan[challenge.step]
        deliveries.append(
            Delivery(
                challenge=challenge,
                tenant_id=challenge.tenant_id,
                step=challenge.step,
                generation=challenge.generation,
                channel=route["channel"],
                provider=route["provider"],
                receipts=route["receipts"],
                remote=route.get("remote", False),
                country=route.get("country", ""),
                created_at=challenge.last_sent_at,
            )
        )
    Delivery.objects.bulk_create(deliveries)
    enqueue_all(DELIVER, [{"delivery_id": str(delivery.pk)} for delivery in deliveries])


def _routes(
    facts: RequestFacts, factor: Factor, policy: Policy, *, by_mail: bool
) -> tuple[Route, ...]:
    if factor.kind == FactorKind.PHONE:
        return phone_routes(facts, factor, policy)
    return mail_routes(facts, factor) if by_mail else ()


def _build(
    *,
    facts: RequestFacts,
    ask: Ask,
    factor: Factor,
    policy: Policy,
    routes: tuple[Route, ...],
    language: str,
) -> Challenge:
    return Challenge(
        id=uuid4(),
        seed=os.urandom(16),
        key_id=vault.key_ids()[0],
        sid=facts.sid,
        story=UUID(ask.story),
        user_id=facts.user,
        tenant_id=facts.tenant or None,
        checkpoint=checkpoint_named(ask.checkpoint).slug,
        level=int(policy.required_level),
        primary=facts.primary.value,
        intent=ask.intent,
        binds=ask.binds,
        target=ask.target,
        next=ask.next,
        held=UUID(ask.held) if ask.held else None,
        unkept=ask.unkept,
        factor=factor,
        enrolls=not factor.confirmed,
        destination=factor.secret if factor.kind == FactorKind.PHONE else "",
        phone_index=factor.phone_index,
        net=json.dumps({"address": facts.address, "agent": facts.agent, "host": facts.host}),
        language=language,
        plan=_steps(routes, factor),
        fallback_seconds=int(policy.fallback_timeout.total_seconds()),
        max_attempts=policy.max_attempts,
        created_at=facts.now,
        last_sent_at=facts.now,
        expires_at=facts.now + policy.code_ttl,
    )


def _steps(routes: tuple[Route, ...], factor: Factor) -> list[dict[str, Any]]:
    """The plan as its row keeps it. Mail goes to no country."""
    country = country_of(factor.secret.reveal()) if factor.kind == FactorKind.PHONE else ""
    return [
        {
            "channel": route.channel.value,
            "provider": route.provider,
            "receipts": route.receipts,
            "remote": route.remote,
            "country": "" if route.channel is Channel.EMAIL else country,
        }
        for route in routes[:MAX_SENDS]
    ]


def _charge(
    facts: RequestFacts, factor: Factor, challenge: Challenge, lane: Lane, *, strict: bool
) -> None:
    caps = caps_for_start(
        sid=facts.sid,
        user=facts.user,
        address=facts.address,
        factor=str(factor.pk),
        lane=lane,
        phone_index=factor.phone_index,
        confirmed=factor.confirmed,
        strict=strict,
    )
    charged = limits.consume(caps, challenge=challenge.pk, now=facts.now)
    if isinstance(charged, Refused):
        seconds = max(1, round(charged.retry_after.total_seconds()))
        raise StartRefused(f"cap_{charged.cap}", retry_after=seconds)
