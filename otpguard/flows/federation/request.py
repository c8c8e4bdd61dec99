"""A browser is sent to an identity provider, and comes back: once, within ten minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q

from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import Protocol
from otpguard.exceptions import Ask
from otpguard.models import IdentityProvider, IdpRequest

LIFE = timedelta(minutes=10)
_CLEARED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOff:
    """What is kept while the browser is away; the secrets as they were sent, for SAML the id of the
    request and the response. `sent_at` is known once the browser is back."""

    provider: IdentityProvider
    nonce: str
    verifier: str
    ask: Ask | None = None
    next: str = ""
    connects: bool = False
    sent_at: datetime | None = None


def send_off(*, facts: RequestFacts, sent: SentOff, state: str) -> None:
    """Remember that this browser is at the provider, under a digest of `state`.

    Its login session alone can answer a step-up or a link. Clears a few rows that are over.
    """
    over = IdpRequest.objects.filter(expires_at__lt=facts.now).values_list("pk", flat=True)
    IdpRequest.objects.filter(pk__in=list(over[:_CLEARED])).delete()
    is_login = sent.ask is None and not sent.connects
    IdpRequest.objects.create(
        provider=sent.provider,
        state=_digest(state),
        nonce=sent.nonce,
        verifier=sent.verifier,
        sid="" if is_login else facts.sid,
        user_id=None if is_login else facts.user,
        ask=sent.ask.dump() if sent.ask is not None else "",
        next=sent.next,
        connects=sent.connects,
        created_at=facts.now,
        expires_at=facts.now + LIFE,
    )


def take_back(*, facts: RequestFacts, state: str) -> SentOff | None:
    """What was kept under `state`, and use it up; None for what nobody sent off, what is over or
    was used, and for another login session than the one that was sent.

    One conditional UPDATE, so of two at once one gets it.
    """
    open_ = Q(state=_digest(state), used_at=None, expires_at__gt=facts.now)
    whose = Q(user=None) | Q(user_id=facts.user or None, sid=facts.sid)
    if not state or not IdpRequest.objects.filter(open_, whose).update(used_at=facts.now):
        return None
    rows = IdpRequest.objects.select_related("provider", "provider__tenant")
    row = rows.get(state=_digest(state))
    if row.user_id is not None and not facts.sid:
        return None
    return SentOff(
        provider=row.provider,
        nonce=row.nonce.reveal(),
        verifier=row.verifier.reveal(),
        ask=Ask.load(row.ask.reveal()) if row.ask else None,
        next=row.next,
        connects=row.connects,
        sent_at=row.created_at,
    )


def keep_response(*, state: str, response: str, now: datetime) -> bool:
    """Keep what a provider had posted for the browser that was sent off under `state`; False for
    what nobody sent off, what is over or was used, and for a provider that posts nothing.

    It takes the place of the verifier, which such a provider has none of. The last one counts until
    the browser takes it. One conditional UPDATE.
    """
    open_ = IdpRequest.objects.filter(
        state=_digest(state),
        used_at=None,
        expires_at__gt=now,
        provider__protocol=Protocol.SAML.value,
    )
    return bool(state) and bool(open_.update(verifier=response))


def offered_providers(facts: RequestFacts) -> tuple[IdentityProvider, ...]:
    """The providers of the selected tenant at which this person is known and a sign-in can prove
    something."""
    if not facts.tenant or not facts.user:
        return ()
    rows = IdentityProvider.objects.filter(
        tenant_id=facts.tenant, enabled=True, identities__user_id=facts.user
    )
    return tuple(row for row in rows.exclude(accepted={}).distinct())


def _digest(state: str) -> str:
    return sha256(state.encode(errors="surrogatepass")).hexdigest()
