"""Take in what an identity provider tells of its people: what they proved before ends at once.

A stream reaches one tenant. It only takes away, and its transmitter learns nothing of whom we know.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q

from otpguard.account import email_field
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.provisioning.signal import SignalReceived, SignalRefused
from otpguard.core.evidence import Source
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.security_event import (
    Dialect,
    EventFault,
    EventRefusedError,
    SecurityEvent,
    SignalEffect,
)
from otpguard.core.secrets import same
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.federation.metadata import ProviderUnusableError
from otpguard.federation.security_event import (
    OLDEST,
    ExpectedEvent,
    VerifiedEvent,
    verified_event,
)
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.lock_order import lock_person
from otpguard.flows.session.revoke import end_grants, end_logins_in_one_tenant
from otpguard.models import (
    Challenge,
    FederatedIdentity,
    Grant,
    Membership,
    SeenSignal,
    SignalStream,
)
from otpguard.store_errors import STORE_ERRORS

SEEN_FOR = OLDEST * 2
_CLEARED = 50
_MOST_PEOPLE = 20


def find_stream(*, stream: UUID, secret: str) -> SignalStream | None:
    """The stream that may push with `secret`; None for one that is unknown or off, and for another
    secret. Raises StoreUnavailable."""
    try:
        rows = SignalStream.objects.select_related("tenant").filter(enabled=True)
        row = rows.filter(pk=stream).exclude(push_digest="").first()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the stream cannot be read") from error
    given = sha256(secret.encode(errors="surrogatepass")).hexdigest()
    return row if row is not None and same(given, row.push_digest) else None


def receive_signal(*, facts: RequestFacts, stream: SignalStream, token: str) -> bool:
    """Take in one signed token of `stream`; False for one that was taken in before.

    The caller knows that the transmitter of the stream sent it. One transaction, which locks the
    people whom it names; commits the event of the log with it. Raises EventRefusedError, after an
    event of its own, and ProviderUnusableError if the keys cannot be read now.
    """
    expected = ExpectedEvent(
        issuer=stream.issuer,
        audience=stream.audience,
        jwks=stream.jwks,
        dialect=Dialect(stream.dialect),
    )
    try:
        found = verified_event(token, expected=expected, now=facts.now)
        _check_state(stream, found.event)
    except EventRefusedError as refused:
        _refuse(facts, stream, refused.fault)
        raise
    except ProviderUnusableError:
        SignalStream.objects.filter(pk=stream.pk).update(trouble="keys")
        raise
    with transaction.atomic():
        return _take_in(facts, stream, found)


def _take_in(facts: RequestFacts, stream: SignalStream, found: VerifiedEvent) -> bool:
    event = found.event
    people = _people(stream, event)
    for user in people:
        lock_person(user)
    if not _is_new(facts, stream, found.token_id):
        return False
    seen = {"received_at": facts.now, "trouble": ""}
    if event.is_verification:
        seen |= {"verified_at": facts.now, "state": ""}
    SignalStream.objects.filter(pk=stream.pk).update(**seen)
    for user in people:
        _apply(facts, stream, event, user)
    if not people:
        record(_said(stream, event), Circumstances.of(facts, tenant=str(stream.tenant_id)))
    return True


def _check_state(stream: SignalStream, event: SecurityEvent) -> None:
    """A verification that the transmitter starts has no state; one with another state than we gave
    is somebody else's."""
    if event.is_verification and event.state and not same(event.state, stream.state or "\0"):
        raise EventRefusedError(EventFault.INVALID_STATE, "another state")


def _people(stream: SignalStream, event: SecurityEvent) -> list[str]:
    """The keys of members of the stream's tenant whom the event names, in one order.

    A pair names who is linked there; an e-mail names the account that has it, which takes nothing
    from anybody outside this tenant.
    """
    wanted = Q(pk__in=[])
    for issuer, subject in event.subject.pairs:
        linked = FederatedIdentity.objects.filter(
            provider__tenant=stream.tenant_id, provider__issuer=issuer, subject=subject
        )
        wanted |= Q(user_id__in=linked.values("user_id"))
    column = email_field(get_user_model())
    for email in event.subject.emails if column else ():
        wanted |= Q(**{f"user__{column}__iexact": email})
    rows = Membership.objects.filter(wanted, tenant=stream.tenant_id).order_by("user_id")
    return [str(each) for each in rows.values_list("user_id", flat=True)[:_MOST_PEOPLE]]


def _is_new(facts: RequestFacts, stream: SignalStream, token_id: str) -> bool:
    """Of two at once the second waits for the unique row of the first."""
    over = SeenSignal.objects.filter(expires_at__lt=facts.now).values_list("pk", flat=True)
    SeenSignal.objects.filter(pk__in=list(over[:_CLEARED])).delete()
    _seen, is_new = SeenSignal.objects.get_or_create(
        stream=stream,
        digest=sha256(token_id.encode(errors="surrogatepass")).hexdigest(),
        defaults={"expires_at": facts.now + SEEN_FOR},
    )
    return is_new


def _apply(facts: RequestFacts, stream: SignalStream, event: SecurityEvent, user: str) -> None:
    count = sessions = 0
    reason = f"the identity provider told of {event.name}"
    if event.effect is not SignalEffect.NOTHING:
        _refuse_older_sign_ins(stream, event.at, user)
        if event.effect is not SignalEffect.PROVIDER_PROOFS:
            here = Challenge.objects.filter(
                Q(user_id=user), tenant=stream.tenant_id, created_at__lte=event.at
            )
            cancel_open(facts, here, reason)
        count = end_grants(facts, _touched(stream, event, user), reason)
    if event.effect is SignalEffect.SESSIONS:
        sessions = end_logins_in_one_tenant(
            facts=facts,
            user_id=user,
            tenant=str(stream.tenant_id),
            until=event.at,
            reason=reason,
        )
    where = Circumstances.of(facts, tenant=str(stream.tenant_id), subject=user)
    record(_said(stream, event, count=count, sessions=sessions), where)


def _refuse_older_sign_ins(stream: SignalStream, until: datetime, user: str) -> None:
    """Let no statement from before prove anything that arrives from now on."""
    mine = FederatedIdentity.objects.filter(Q(user_id=user), provider__tenant=stream.tenant_id)
    older = mine.filter(Q(signaled_at=None) | Q(signaled_at__lt=until))
    FederatedIdentity.objects.filter(pk__in=list(older.values_list("pk", flat=True))).update(
        signaled_at=until
    )


def _touched(stream: SignalStream, event: SecurityEvent, user: str) -> list[Grant]:
    rows = Grant.objects.select_for_update().filter(
        Q(user_id=user),
        tenant=stream.tenant_id,
        verified_at__lte=event.at,
        revoked_at=None,
    )
    if event.effect is SignalEffect.PROVIDER_PROOFS:
        rows = rows.filter(source=Source.IDP.value)
    return list(rows.order_by("tenant_id", "user_id", "verified_at"))


def _said(stream: SignalStream, event: SecurityEvent, **known: int) -> SignalReceived:
    return SignalReceived(
        stream=str(stream.pk),
        signal=event.name,
        touched_until=event.at.isoformat(),
        said_reason=event.reason,
        **known,
    )


def _refuse(facts: RequestFacts, stream: SignalStream, fault: EventFault) -> None:
    with transaction.atomic():
        SignalStream.objects.filter(pk=stream.pk).update(trouble=fault.value)
        said = SignalRefused(stream=str(stream.pk), fault=fault.value)
        record(said, Circumstances.of(facts, tenant=str(stream.tenant_id)))
