"""Remove one of the person's own factors. The door guards this by `factor_change`."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.factors.enrolled import stays_off
from otpguard.flows.factor.own_factor import own_factor
from otpguard.flows.lock_order import lock_person
from otpguard.flows.session.revoke import remove_factor
from otpguard.flows.tenant.enrollment import would_be_overdue
from otpguard.models import Factor, FactorRemoval


def remove_own_factor(*, facts: RequestFacts, factor_id: UUID | str) -> Factor:
    """Remove one of the person's own factors with the proofs it gave; returns the removed factor.

    Locks the person. Raises NotAllowed for a factor that is not the person's own, for one that an
    operator has switched off, and for one that an enrollment rule still requires.
    """
    factor = own_factor(facts, factor_id)
    with transaction.atomic():
        # Otherwise two removals at once could each count on the factor that the other removes.
        lock_person(facts.user)
        if would_be_overdue(user_id=facts.user, without_factor_id=str(factor.pk), now=facts.now):
            raise NotAllowed(
                str(
                    _(
                        "Your organization requires this way of confirming. Set up another one"
                        " first, then remove it."
                    )
                )
            )
        if stays_off(factor):
            raise NotAllowed(str(_("An operator has switched this off. Ask them to remove it.")))
        gone = remove_factor(facts=facts, factor=factor, reason="by the person", tell_number=True)
        if not gone:
            raise NotAllowed(str(_("This way of confirming does not exist.")))
        FactorRemoval.objects.create(user_id=facts.user, at=facts.now)
    return factor
