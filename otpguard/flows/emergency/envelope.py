"""Make the printed codes of a tenant, for when no code arrives and no login service answers.

The codes are shown once and kept as digests. They are of 120 bits, so a plain digest is enough (see
`otpguard.factors.recovery`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.emergency import CODES, can_be_opened
from otpguard.core.events.emergency import EnvelopeMade
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import same
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.factors.recovery import ALPHABET, LENGTH, normalize, spelled
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.scope import check_tenant
from otpguard.models import Envelope, EnvelopeCode
from otpguard.tenants.administrators import administrators_of

CHECKPOINT = "break_glass"


def openable() -> tuple[str, ...]:
    """The slugs of the checkpoints that an envelope may open, a host's own ones among them."""
    return tuple(slug for slug, each in settings().checkpoints.items() if can_be_opened(each))


def make_envelope(
    *, facts: RequestFacts, tenant_id: str, checkpoints: Iterable[str], reason: str
) -> tuple[Envelope, tuple[str, ...]]:
    """Make a tenant's envelope in place of an older one; returns it and its codes, for this once.

    The caller has guarded it by `break_glass`. Locks the tenant; joins an outer transaction. Raises
    NotAllowed in another tenant and for anybody but its administrators and the site's,
    InvalidInput (`checkpoints`) for none, and for one that no envelope may open.
    """
    check_administrator(facts, tenant_id)
    named = sorted(set(checkpoints))
    if not named or not set(named) <= set(openable()):
        raise InvalidInput("checkpoints", str(_("Choose at least one of the operations listed.")))
    made = tuple(
        "".join(secrets.choice(ALPHABET) for _each in range(LENGTH)) for _code in range(CODES)
    )
    with transaction.atomic():
        tenant = lock_tenant(tenant_id)
        Envelope.objects.filter(tenant=tenant, ended_at=None).update(ended_at=facts.now)
        envelope = Envelope.objects.create(
            tenant=tenant, checkpoints=named, made_by_id=facts.user or None, created_at=facts.now
        )
        EnvelopeCode.objects.bulk_create(
            EnvelopeCode(envelope=envelope, digest=digest_of(envelope, code)) for code in made
        )
        record(
            EnvelopeMade(envelope=str(envelope.pk), checkpoints=named, reason=reason.strip()),
            Circumstances.of(facts, tenant=str(tenant.pk), checkpoint=CHECKPOINT),
        )
    return envelope, tuple(spelled(code) for code in made)


def check_administrator(facts: RequestFacts, tenant_id: str) -> None:
    """Let a person pass who administers the tenant, also staff who are selected into it. Raises
    NotAllowed."""
    check_tenant(facts, tenant_id)
    if not facts.user:
        raise NotAllowed(str(_("Only a person can do this.")))
    if not facts.user_is_staff and facts.user not in administrators_of(UUID(tenant_id)):
        raise NotAllowed(str(_("Only an administrator of this organization may do this.")))


def find_code(envelope: Envelope, given: str) -> EnvelopeCode | None:
    """The unused code that was typed, None if there is none. Every code is compared, in constant
    time."""
    wanted = digest_of(envelope, normalize(given))
    found = None
    for code in EnvelopeCode.objects.filter(envelope=envelope, used_at=None):
        if same(code.digest, wanted):
            found = code
    return found


def digest_of(envelope: Envelope, code: str) -> str:
    """The digest of a code, which is different in every envelope."""
    message = f"{envelope.pk}:{code}".encode(errors="surrogatepass")
    return hashlib.sha256(message).hexdigest()
