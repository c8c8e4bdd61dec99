"""What people do with their own factors: rename, remove, make recovery codes.

The door has guarded each by `factor_change`. Every flow is one transaction with its event.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.assurance import FactorKind
from otpguard.core.events import FactorRenamed, RecoveryIssued
from otpguard.core.facts import RequestFacts
from otpguard.core.intent import display
from otpguard.exceptions import NotAllowed
from otpguard.factors import lanes, phone, recovery
from otpguard.factors.enrolled import changes_own, usable
from otpguard.flows.account import email_of
from otpguard.flows.enrollment import would_be_overdue
from otpguard.flows.notify import notify
from otpguard.flows.revoke import remove_factor
from otpguard.models import Factor
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import NoticeKind

NAME_LENGTH = 64


def own_factor(facts: RequestFacts, factor_id: UUID | str) -> Factor:
    """One factor of the person, confirmed. Raises NotAllowed for any other, without a difference
    between somebody else's and none, and in a tenant that accepts none of their own."""
    _check_place(facts)
    found = FACTORS.filter(pk=factor_id, user=facts.user, tenant=None, confirmed=True).first()
    if found is None:
        raise NotAllowed(str(_("There is no such way of confirming.")))
    return found


def rename_factor(*, facts: RequestFacts, factor_id: UUID | str, name: str) -> str:
    """Give a factor of one's own another name; returns it as it is kept. Raises NotAllowed."""
    factor = own_factor(facts, factor_id)
    kept = display(name)[:NAME_LENGTH]
    if not kept:
        raise NotAllowed(str(_("Enter a name.")))
    with transaction.atomic():
        FACTORS.filter(pk=factor.pk).update(name=kept)
        record(FactorRenamed(factor=str(factor.pk)), Circumstances.of(facts))
    return kept


def remove_own_factor(*, facts: RequestFacts, factor_id: UUID | str) -> Factor:
    """Remove a factor of one's own, with the proofs it gave; returns what it was.

    Raises NotAllowed for one that is not one's own, and for the last one while an organization
    requires it.
    """
    factor = own_factor(facts, factor_id)
    with transaction.atomic():
        # Two removals at once must not both see the other's factor as the one that stays.
        list(FACTORS.select_for_update().filter(user=facts.user).order_by("pk"))
        if would_be_overdue(user_id=facts.user, without_factor_id=str(factor.pk), now=facts.now):
            raise NotAllowed(
                str(
                    _(
                        "Your organization requires this way of confirming. Set up another one"
                        " first, then remove it."
                    )
                )
            )
        gone = remove_factor(facts=facts, factor=factor, reason="by the person", tell_number=True)
        if not gone:
            raise NotAllowed(str(_("There is no such way of confirming.")))
    return factor


def make_recovery_codes(*, facts: RequestFacts) -> tuple[str, ...]:
    """Make ten recovery codes and return them, for this one time; an older set ends.

    Raises NotAllowed for somebody without another factor, as codes recover and are no first one,
    and in a tenant that accepts none of their own.
    """
    _check_place(facts)
    with transaction.atomic():
        # The row is locked, or made: two requests at once leave one set of codes.
        others = usable(user=facts.user, tenant=facts.tenant).exclude(
            kind=FactorKind.RECOVERY.value
        )
        if not others.exists():
            raise NotAllowed(str(_("Set up another way of confirming first.")))
        factor = (
            FACTORS.select_for_update()
            .filter(user=facts.user, tenant=None, kind=FactorKind.RECOVERY.value)
            .first()
        )
        replaced = factor is not None
        if factor is None:
            factor = recovery.build(user_id=facts.user)
        factor.email_index = phone.email_index(email_of(facts.user))
        factor.disabled_at = None
        factor.created_at = facts.now
        factor.save()
        codes = recovery.replace_codes(factor)
        lanes.forget(factor.pk)
        record(RecoveryIssued(count=len(codes), replaced=replaced), Circumstances.of(facts))
        notify(facts=facts, kind=NoticeKind.RECOVERY_ISSUED, user_id=facts.user)
    return codes


def _check_place(facts: RequestFacts) -> None:
    """What a tenant's word alone has let in changes nothing that serves elsewhere (A1)."""
    if not changes_own(user=facts.user, tenant=facts.tenant):
        raise NotAllowed(str(_("This organization does not accept what you had set up before.")))
