"""Make the person's own recovery codes. The door guards this by `factor_change`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.factor import RecoveryIssued
from otpguard.core.facts import RequestFacts
from otpguard.core.shipped_kinds import RECOVERY
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.factors import lanes, phone, recovery
from otpguard.factors.enrolled import stays_off, usable
from otpguard.flows.factor.own_factor import check_place
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import NoticeKind


def make_recovery_codes(*, facts: RequestFacts) -> tuple[str, ...]:
    """Make ten recovery codes and return them, this once only; an older set stops working.

    Locks the person. Raises NotAllowed for a person without another factor, because recovery codes
    cannot be the first one, in a tenant that accepts none of the person's own factors, and where an
    operator has switched the codes off.
    """
    check_place(facts)
    with transaction.atomic():
        # Two requests at once leave one set of codes, also the first two ever.
        lock_person(facts.user)
        others = usable(user=facts.user, tenant=facts.tenant).exclude(kind=RECOVERY.slug)
        if not others.exists():
            raise NotAllowed(str(_("Set up another way of confirming first.")))
        factor = (
            FACTORS.select_for_update(no_key=True)
            .filter(user=facts.user, tenant=None, kind=RECOVERY.slug)
            .first()
        )
        if factor is not None and stays_off(factor):
            raise NotAllowed(str(_("An operator has switched your recovery codes off.")))
        replaced = factor is not None
        if factor is None:
            factor = recovery.build(user_id=facts.user)
        factor.email_index = phone.email_index(facts.email)
        factor.disabled_at, factor.disabled_by = None, ""
        factor.created_at = facts.now
        factor.save()
        codes = recovery.replace_codes(factor)
        lanes.forget(factor.pk)
        record(RecoveryIssued(count=len(codes), replaced=replaced), Circumstances.of(facts))
        notify(facts=facts, kind=NoticeKind.RECOVERY_ISSUED, user_id=facts.user)
    return codes
