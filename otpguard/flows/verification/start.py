"""Start a verification: a service outside of Django has a code sent to a number.

It is a challenge of a number like that of a visitor, in a browser that there is not: so the pumping
defense, the caps and the prices are the same, and no session can use what is proven.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.events.number import VerificationAsked
from otpguard.core.facts import RequestFacts
from otpguard.core.policy_choices import Enforcement
from otpguard.core.secrets import same
from otpguard.core.verification import VelocityProfile, Wanted
from otpguard.database import transaction
from otpguard.exceptions import Ask, InvalidInput, OtpguardError, StoreUnavailable
from otpguard.flows.number.start import start_number_challenge
from otpguard.ids import new_id
from otpguard.models import KeyRecord, Tenant, Verification, WhatsAppSender
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants import policies

CHECKPOINT = "signup"
"""Whose policy says which numbers and channels are taken: that of people without an account."""
KEPT = timedelta(hours=24)
"""How long a request can be sent again and is answered as before."""
IN_WORK = timedelta(seconds=60)
"""How long a request counts as being worked on; longer than any start takes."""


class RequestRepeated(OtpguardError):  # noqa: N818 (a refusal is not an error of the program)
    """The service used the same request key for something else, or sends it while it is being
    worked on (`in_work`)."""

    def __init__(self, *, in_work: bool) -> None:
        super().__init__("in work" if in_work else "another body")
        self.in_work = in_work


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedVerification:
    """A verification, whether its action asks for more than a number, and whether the request had
    been answered before."""

    verification: Verification
    requires_step_up: bool
    repeated: bool = False


def start_verification(
    *,
    facts: RequestFacts,
    key: KeyRecord | None,
    wanted: Wanted,
    request_key: str = "",
    body: bytes = b"",
) -> StartedVerification:
    """Have a number proven in the tenant of the request.

    `key` is that of the service, None for code of the host. With a `request_key` the same `body`
    within KEPT gives the same verification, and sends nothing again. Commits by itself. Raises
    InvalidInput for what the tenant does not have, RequestRepeated, StartRefused as
    `start_number_challenge`, and StoreUnavailable; after a refusal the request may be sent again.
    """
    try:
        tenant = Tenant.objects.get(Q(pk=facts.tenant))
        _check(tenant, wanted)
        row, is_new = _reserved(facts, key, wanted, request_key, body)
        if not is_new:
            return StartedVerification(
                verification=row,
                requires_step_up=needs_more(row.action, tenant, facts),
                repeated=True,
            )
        try:
            _start(facts, row, wanted)
        except BaseException:
            Verification.objects.filter(pk=row.pk, challenge=None).delete()
            raise
    except STORE_ERRORS as error:
        raise StoreUnavailable("the verification cannot be written") from error
    return StartedVerification(
        verification=row, requires_step_up=needs_more(row.action, tenant, facts)
    )


def needs_more(action: str, tenant: Tenant, facts: RequestFacts) -> bool:
    """Whether an action is a checkpoint that a proven number alone does not open. Raises
    StoreUnavailable."""
    checkpoint = settings().checkpoints.get(action)
    if checkpoint is None or checkpoint.anonymous:
        return False
    policy = policies.at(checkpoint, policies.Scope.of_tenant(tenant), now=facts.now)
    return policy.active and policy.enforcement is Enforcement.ENFORCE


def _check(tenant: Tenant, wanted: Wanted) -> None:
    """What the caller reckons with must be so: nothing of it is chosen by the caller."""
    if wanted.tenant and wanted.tenant not in {str(tenant.pk), tenant.slug}:
        raise InvalidInput(
            "audit_metadata.tenant", str(_("This key belongs to another organization."))
        )
    if not (wanted.account or wanted.template):
        return
    senders = WhatsAppSender.objects.filter(Q(tenant=tenant) | Q(tenant=None))
    if wanted.account:
        senders = senders.filter(account=wanted.account)
        if not senders.exists():
            raise InvalidInput("whatsapp_business_account", str(_("There is no such sender here.")))
    if wanted.template and not senders.filter(template=wanted.template).exists():
        raise InvalidInput("whatsapp_template_name", str(_("There is no such sender here.")))


def _reserved(
    facts: RequestFacts, key: KeyRecord | None, wanted: Wanted, request_key: str, body: bytes
) -> tuple[Verification, bool]:
    """The row of a request, and whether this call is to work on it. Commits."""
    row = Verification(
        id=new_id(),
        tenant_id=facts.tenant,
        key=key,
        browser=str(new_id()),
        request_key=request_key or None,
        digest=sha256(body).hexdigest(),
        action=wanted.action,
        created_at=facts.now,
    )
    if request_key:
        over = Q(created_at__lte=facts.now - KEPT)
        left = Q(challenge=None, created_at__lte=facts.now - IN_WORK)
        old = Verification.objects.filter(over | left, key=key, request_key=request_key)
        old.update(request_key=None)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        known = Verification.objects.filter(key=key, request_key=request_key).first()
        if known is None or known.challenge_id is None:
            raise RequestRepeated(in_work=True) from None
        if not same(known.digest, row.digest):
            raise RequestRepeated(in_work=False) from None
        return known, False
    return row, True


def _start(facts: RequestFacts, row: Verification, wanted: Wanted) -> None:
    facts = replace(
        facts,
        browser=row.browser,
        client_ip=wanted.client_ip or facts.client_ip,
        agent=wanted.agent or facts.agent,
    )
    ask = Ask(
        checkpoint=CHECKPOINT,
        tenant=facts.tenant,
        user="",
        sid="",
        story=str(row.pk),
        target=wanted.target,
        send_options=wanted.options,
    )
    challenge = start_number_challenge(
        facts=facts,
        ask=ask,
        number=wanted.number,
        consent=_consent(),
        is_strict=wanted.profile is VelocityProfile.STRICT,
    )
    said = VerificationAsked(verification=str(row.pk), name=str(row.key or ""), action=row.action)
    with transaction.atomic():
        row.challenge = challenge
        row.event = record(said, Circumstances.of_ask(facts, ask))
        row.save(update_fields=["challenge", "event"])


def _consent() -> str:
    """The service has its people's consent: it shows its own form, and not ours."""
    wanted = settings().phone_consent
    return wanted.version if wanted is not None else ""
