"""Change policy wishes: write a new version and an event. Every process uses it from its next
request on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.checkpoints import EVERY
from otpguard.core.effective_policy import weakened_fields
from otpguard.core.events.tenant import PolicyChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.wishes import dump_wishes
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.factors.trusted_makers import trusts_any
from otpguard.flows.lock_order import lock_what_is_asked
from otpguard.flows.notice.tell import tell_tenant
from otpguard.flows.scope import check_policy, is_unasked
from otpguard.models import Approval, PolicyWish, Tenant
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants import policies
from otpguard.tenants.policy_versions import move_version

CHECKPOINT = "security_settings"


class ApprovalMissing(NotAllowed):
    """A change that weakens a policy waits for the approval of `needed` others."""

    def __init__(self, needed: int) -> None:
        super().__init__(str(_("Another administrator has to approve this.")))
        self.needed = needed


class PolicyMoved(NotAllowed):
    """Somebody else has changed the wishes meanwhile: they are at `version` now."""

    code = "precondition_failed"

    def __init__(self, version: int) -> None:
        super().__init__(str(_("Somebody has changed this policy meanwhile. Look at it again.")))
        self.version = version


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The result of a change: the new version, the fields it weakened, the wishes not granted."""

    version: int
    weakened: tuple[str, ...]
    clamped: Mapping[str, Any]


def change_policy(
    *,
    facts: RequestFacts,
    tenant: Tenant | None,
    checkpoint: str,
    wishes: Mapping[str, Any],
    approval: Approval | None = None,
    expected: int | None = None,
) -> Changed:
    """Replace the wishes of a tenant, or of the site, for one checkpoint ("*" for all).

    `wishes` are parsed values. The caller has guarded the change by `security_settings`. Locks the
    tenant, or the site; joins an outer transaction if there is one. What weakens a policy, and what
    changes all at once, needs the `approval` that the policy of `security_settings` asks for before
    the change; code that no request started needs none. A tenant's security contacts are told of
    what got weaker. `expected` is the version that the caller has read, 0 for none; None does not
    ask. Raises ApprovalMissing without it, PolicyMoved at another version, NotAllowed for an actor
    of another tenant, and for a tenant that changes the site's wishes or fields that only the site
    may set, InvalidInput as `check_served` does, and ImproperlyConfigured for an unknown
    checkpoint.
    """
    check_policy(facts, tenant.pk if tenant else None, wishes)
    check_served(wishes)
    named = checkpoint if checkpoint == EVERY else checkpoint_named(checkpoint).slug
    with transaction.atomic():
        lock_what_is_asked(tenant)
        needed = 0 if approval or is_unasked(facts) else _needed(tenant, facts)
        current = PolicyWish.objects.filter(tenant=tenant, checkpoint=named, current=True).first()
        check_version(current, expected)
        before = _effective(named, tenant, facts)
        version = _write(facts, tenant, named, wishes, current)
        move_version(tenant)
        after = _effective(named, tenant, facts)
        weakened = weakened_fields(before, after) if before and after else ()
        if needed and (weakened or named == EVERY):
            raise ApprovalMissing(needed)
        record(
            PolicyChanged(version=version, wishes=dump_wishes(wishes), weakened=list(weakened)),
            Circumstances.of(facts, tenant=str(tenant.pk) if tenant else "", checkpoint=named),
        )
        if weakened and tenant:
            _tell_weakened(facts, tenant, named)
    return Changed(
        version=version, weakened=weakened, clamped=_clamped(named, tenant, wishes, facts)
    )


def check_version(current: PolicyWish | None, expected: int | None) -> None:
    """Let a change pass whose author has read these wishes. Raises PolicyMoved."""
    version = current.version if current else 0
    if expected is not None and version != expected:
        raise PolicyMoved(version)


def _tell_weakened(facts: RequestFacts, tenant: Tenant, checkpoint: str) -> None:
    tell_tenant(
        facts=facts,
        kind=NoticeKind.POLICY_WEAKENED,
        tenant_id=str(tenant.pk),
        context={Detail.CHECKPOINT: checkpoint},
    )


def _write(
    facts: RequestFacts,
    tenant: Tenant | None,
    checkpoint: str,
    wishes: Mapping[str, Any],
    current: PolicyWish | None,
) -> int:
    """Put new wishes in the place of the current ones; returns their version."""
    version = current.version + 1 if current else 1
    if current:
        current.current = False
        current.save(update_fields=["current"])
    PolicyWish.objects.create(
        tenant=tenant,
        checkpoint=checkpoint,
        version=version,
        wishes=dump_wishes(wishes),
        author_id=facts.user or None,
        at=facts.now,
    )
    return version


def _needed(tenant: Tenant | None, facts: RequestFacts) -> int:
    """How many others must approve, past the cache, in the transaction that has the lock."""
    scope = policies.Scope.of_tenant(tenant)
    return policies.fresh(checkpoint_named(CHECKPOINT), scope, now=facts.now).approvals


def check_served(wishes: Mapping[str, Any]) -> None:
    """Raise InvalidInput for a wish that nobody could meet on this site, so that it would lock out
    everybody: passkeys of trusted makers where no maker is trusted."""
    if wishes.get("attested_only") and not trusts_any():
        raise InvalidInput(
            "attested_only",
            str(
                _(
                    "This site does not trust any passkey manufacturer, so nobody could"
                    " confirm any more."
                )
            ),
        )


def _clamped(
    checkpoint: str, tenant: Tenant | None, wishes: Mapping[str, Any], facts: RequestFacts
) -> dict[str, Any]:
    """The wishes that the floor does not grant, as JSON; none for "every checkpoint"."""
    if checkpoint == EVERY:
        return {}
    scope, named = policies.Scope.of_tenant(tenant), checkpoint_named(checkpoint)
    return dump_wishes(policies.clamped_fields(wishes, named, scope, now=facts.now))


def _effective(checkpoint: str, tenant: Tenant | None, facts: RequestFacts) -> Policy | None:
    """The policy as it is in this transaction, past the cache; None for "every checkpoint"."""
    if checkpoint == EVERY:
        return None
    return policies.fresh(
        checkpoint_named(checkpoint), policies.Scope.of_tenant(tenant), now=facts.now
    )
