"""Hand the proofs that a person gave in a browser to the login of their app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.session import GrantIssued
from otpguard.core.evidence import Source
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import keyed_digest, same
from otpguard.database import transaction
from otpguard.flows.lock_order import share_person_and_tenant
from otpguard.grants import store
from otpguard.models import Grant, LoginSession, SpentToken


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Whose proofs go from which browser's login to which app's. `id` serves once. `intent` is the
    one action that a proof must be bound to, empty where none is."""

    id: str
    user: str
    tenant: str
    client_sid: str
    browser_sid: str
    intent: str
    story: str
    expires_at: datetime


def is_open(*, user: str, sid: str) -> bool:
    """Whether this login of this person goes on. One read."""
    return LoginSession.objects.open_of(user).filter(pk=sid).exists()


def use_once(*, key: str, until: datetime) -> bool:
    """Note that what `key` names was used; False if it was used before. `until` is when it is too
    old anyway. Commits, or joins."""
    digest = keyed_digest(vault.key_for(vault.CLIENT_TICKET), key.encode())
    with transaction.atomic():
        return SpentToken.objects.get_or_create(digest=digest, defaults={"expires_at": until})[1]


def hand_over(*, facts: RequestFacts, over: HandOver, call_id: str) -> bool:
    """Let the proofs of a browser's login count for the login of the app that asks.

    `facts` are those of the app, and `call_id` is what it was told when it asked: an app that did
    not ask carries nothing out for somebody who did with a copy of its token. What is bound to the
    action moves there, and serves once as before; what is not bound is copied with the time at
    which it was given. Signs of an identity provider stay with the browser that they were given in.
    False, with nothing written, for another person, tenant, call or login of the app, for the
    second time, and once either login has ended. Commits, or joins; holds the person and the
    tenant, then locks the grants.
    """
    ours = same(over.client_sid, facts.sid) and bool(facts.sid) and facts.by_client
    if not ours or (over.user, over.tenant) != (facts.user, facts.tenant):
        return False
    if over.expires_at <= facts.now or not same(over.id, call_id):
        return False
    with transaction.atomic():
        share_person_and_tenant(user=facts.user, tenant=facts.tenant)
        open_now = all(
            is_open(user=facts.user, sid=sid) for sid in (over.client_sid, over.browser_sid)
        )
        proofs = _proofs(over) if open_now else []
        if not proofs or not use_once(key=f"code {over.id}", until=over.expires_at):
            return False
        for proof in proofs:
            _give(facts, proof)
    return True


def _proofs(over: HandOver) -> list[Grant]:
    tenant = Q(tenant_id=over.tenant) if over.tenant else Q(tenant=None)
    bound = Q(intent=over.intent, uses_left__gt=0) if over.intent else Q(pk=None)
    unbound = Q(intent="", uses_left=None)
    rows = Grant.objects.select_for_update(of=("self",)).filter(
        tenant,
        bound | unbound,
        sid=over.browser_sid,
        user_id=over.user,
        source=Source.LOCAL.value,
        revoked_at=None,
    )
    return list(rows.order_by("pk"))


def _give(facts: RequestFacts, proof: Grant) -> None:
    method = proof.facts["method"]
    if proof.intent:
        Grant.objects.filter(pk=proof.pk).update(sid=facts.sid)
        given = proof.pk
    else:
        older = Grant.objects.filter(
            sid=facts.sid,
            tenant=proof.tenant_id,
            user=proof.user_id,
            intent="",
            facts__method=method,
        )
        store.revoke(older, now=facts.now)
        given = _copy(facts, proof).pk
    said = GrantIssued(grant=str(given), method=method, bound=bool(proof.intent))
    record(said, Circumstances.of(facts, story=str(proof.story)))


def _copy(facts: RequestFacts, proof: Grant) -> Grant:
    return Grant.objects.create(
        sid=facts.sid,
        tenant_id=proof.tenant_id,
        user_id=proof.user_id,
        source=proof.source,
        facts=proof.facts,
        story=UUID(str(proof.story)),
        verified_at=proof.verified_at,
        factor_id=proof.factor_id,
    )
