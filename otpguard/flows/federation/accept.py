"""Take in what an identity provider stated: a proof of this login session, or none.

An adapter has verified signature, issuer and audience; here the statement is tied to the person,
graded, and never taken in twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.session import IdpProofAccepted, IdpProofRejected
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import Protocol, SignInEvidence, raw_values
from otpguard.core.federation.grade import (
    LONGEST_AGE,
    AcceptedValues,
    IdpProof,
    IdpReason,
    NoProof,
    grade,
)
from otpguard.core.federation.profiles import IDP_PROFILES, StatementPlace
from otpguard.database import transaction
from otpguard.exceptions import Ask
from otpguard.flows.lock_order import share_person_and_tenant
from otpguard.grants import store
from otpguard.models import (
    FederatedIdentity,
    Grant,
    IdentityProvider,
    LoginSession,
    SeenStatement,
)

SEEN_FOR = LONGEST_AGE + timedelta(days=1)
"""How long a statement is remembered: well beyond the time in which it could prove anything."""
_CLEARED = 50
_MOST_SAID, _LONGEST_SAID = 24, 120


class SignInFault(StrEnum):
    """Why a statement is not taken in at all, whatever it says."""

    PROVIDER_OFF = "provider_off"
    FOREIGN = "foreign"
    OTHER_PERSON = "other_person"
    REPLAYED = "replayed"
    SESSION_ENDED = "session_ended"
    SIGNALED = "signaled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInOutcome:
    """`reason` says why there is no `grant`, None if there is one."""

    grant: Grant | None = None
    reason: SignInFault | IdpReason | None = None


def accept_sign_in(
    *,
    facts: RequestFacts,
    provider: UUID,
    evidence: SignInEvidence,
    statement: str,
    ask: Ask | None = None,
) -> SignInOutcome:
    """Give the login session of `facts` the proof that `evidence` is worth, in the provider's
    tenant alone (A1).

    `statement` names the signed statement: the nonce of an ID token, the id of an assertion. The
    same one is never taken in twice. `ask` is the step-up that it answers, for a proof that is
    bound to its intent. The person must be the one that the provider names, linked before; then the
    login session notes the provider, whatever the statement proves (see `tenants.sign_in`).

    One transaction, which holds person and tenant as they are and locks the provider's row; commits
    the event with the raw values, also of what proves nothing.
    """
    with transaction.atomic():
        # The tenant's row is the provider's, whichever the person has selected.
        row = IdentityProvider.objects.filter(pk=provider).first()
        tenant = str(row.tenant_id) if row is not None else ""
        share_person_and_tenant(user=facts.user, tenant=tenant)
        row = IdentityProvider.objects.select_for_update(no_key=True).filter(pk=provider).first()
        if row is None:
            return SignInOutcome(reason=SignInFault.PROVIDER_OFF)
        tell = _teller(facts, row, evidence, ask)
        fault = _fault(facts, row, evidence, statement)
        if fault is not None:
            return tell(fault)
        _capture(row, evidence, facts)
        shown = grade(evidence, profile=IDP_PROFILES[row.profile], accepted=accepted_by(row))
        if isinstance(shown, NoProof):
            return tell(shown.reason)
        return _granted(facts, row, evidence, shown, ask)


def accepted_by(row: IdentityProvider) -> AcceptedValues:
    """What the tenant has opted in to; places of another release count for nothing."""
    places = set(StatementPlace)
    return AcceptedValues(
        values={
            StatementPlace(place): frozenset(map(str, listed))
            for place, listed in row.accepted.items()
            if place in places
        },
        phishing_resistant=row.phishing_resistant,
        max_age=timedelta(seconds=row.max_age),
    )


def _fault(
    facts: RequestFacts, row: IdentityProvider, evidence: SignInEvidence, statement: str
) -> SignInFault | None:
    if not row.enabled:
        return SignInFault.PROVIDER_OFF
    if evidence.issuer != row.issuer or evidence.protocol is not Protocol(row.protocol):
        return SignInFault.FOREIGN
    if not statement or not _is_new(row, statement, facts):
        return SignInFault.REPLAYED
    if not LoginSession.objects.open_of(facts.user).filter(pk=facts.sid).exists():
        return SignInFault.SESSION_ENDED
    known = FederatedIdentity.objects.filter(provider=row, subject=evidence.subject)
    # Nobody is switched and nobody is linked: another person's sign-in is no proof of this one.
    if not known.filter(user_id=facts.user).update(last_seen_at=facts.now):
        return SignInFault.OTHER_PERSON
    if _was_signaled(known, evidence):
        return SignInFault.SIGNALED
    LoginSession.objects.filter(pk=facts.sid).update(idp=row)  # it proves less, or nothing, but who
    return None


def _was_signaled(known: QuerySet[FederatedIdentity], evidence: SignInEvidence) -> bool:
    """True for a sign-in before something that the provider has told of since: a statement that
    was kept back must not prove what has just ended."""
    until = known.values_list("signaled_at", flat=True).first()
    at = evidence.authenticated_at
    return until is not None and (at is None or at <= until)


def _is_new(row: IdentityProvider, statement: str, facts: RequestFacts) -> bool:
    """Of two at once the second waits for the row of the provider, and finds the first's."""
    gone = SeenStatement.objects.filter(expires_at__lt=facts.now).values("pk")[:_CLEARED]
    SeenStatement.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()
    _seen, is_new = SeenStatement.objects.get_or_create(
        provider=row,
        digest=sha256(statement.encode(errors="surrogatepass")).hexdigest(),
        defaults={"expires_at": facts.now + SEEN_FOR},
    )
    return is_new


def _capture(row: IdentityProvider, evidence: SignInEvidence, facts: RequestFacts) -> None:
    if not row.capture_next:
        return
    row.capture_next, row.captured_at = False, facts.now
    row.captured = {"said": _said(evidence), "authenticated_at": _moment(evidence)}
    row.save(update_fields=["capture_next", "captured", "captured_at"])


def _granted(
    facts: RequestFacts,
    row: IdentityProvider,
    evidence: SignInEvidence,
    shown: IdpProof,
    ask: Ask | None,
) -> SignInOutcome:
    binds = ask is not None and ask.binds
    grant = store.issue_signed_in(
        sid=facts.sid,
        tenant=row.tenant_id,
        user=facts.user,
        provider=row.pk,
        facts=shown.facts,
        story=UUID(ask.story) if ask is not None else uuid4(),
        intent=ask.intent if ask is not None and binds else "",
        verified_at=shown.verified_at,
        now=facts.now,
    )
    event = IdpProofAccepted(
        provider=str(row.pk),
        grant=str(grant.pk),
        method=shown.facts.method.slug,
        bound=binds,
        said=_said(evidence),
        authenticated_at=_moment(evidence),
    )
    record(event, _circumstances(facts, row, ask, story=str(grant.story)))
    return SignInOutcome(grant=grant)


def _teller(
    facts: RequestFacts, row: IdentityProvider, evidence: SignInEvidence, ask: Ask | None
) -> Callable[[SignInFault | IdpReason], SignInOutcome]:
    def tell(reason: SignInFault | IdpReason) -> SignInOutcome:
        event = IdpProofRejected(
            provider=str(row.pk),
            reason=reason.value,
            said=_said(evidence),
            authenticated_at=_moment(evidence),
        )
        record(event, _circumstances(facts, row, ask))
        return SignInOutcome(reason=reason)

    return tell


def _circumstances(
    facts: RequestFacts,
    row: IdentityProvider,
    ask: Ask | None,
    **known: Any,  # noqa: ANN401 (fields of the circumstances)
) -> Circumstances:
    here = {"tenant": str(row.tenant_id), **known}
    if ask is None:
        return Circumstances.of(facts, **here)
    return Circumstances.of(
        facts,
        **{"checkpoint": ask.checkpoint, "story": ask.story, "target": ask.target, **here},
    )


def _said(evidence: SignInEvidence) -> list[str]:
    """The raw values as the log keeps them: each with its place, some of too many."""
    values = [
        f"{place}={value}"[:_LONGEST_SAID]
        for place, listed in raw_values(evidence).items()
        for value in listed
    ]
    return values[:_MOST_SAID]


def _moment(evidence: SignInEvidence) -> str:
    return evidence.authenticated_at.isoformat() if evidence.authenticated_at else ""
