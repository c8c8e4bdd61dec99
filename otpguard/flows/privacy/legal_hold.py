"""Legal holds on people: while one is running, nothing of the person may go."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.erasure import LegalHoldLifted, LegalHoldPlaced
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.scope import check_site
from otpguard.models import LegalHold


def place_legal_hold(*, facts: RequestFacts, user_id: str, reason: str) -> LegalHold:
    """Put a hold on a person by the key of their user, which may be deleted already.

    One transaction that joins an outer one. Returns the running hold, the one that was there if
    there is one. Raises NotAllowed within a tenant, InvalidInput without a key.
    """
    check_site(facts)
    if not user_id:
        raise InvalidInput("user", str(_("Say who it is.")))
    with transaction.atomic():
        known = LegalHold.objects.filter(user_key=user_id, lifted_at=None).first()
        if known is not None:
            return known
        made = LegalHold.objects.create(
            user_key=user_id,
            reason=reason,
            created_at=facts.now,
            created_by_id=facts.user or None,
        )
        said = LegalHoldPlaced(legal_hold=str(made.pk), reason=reason)
        record(said, Circumstances.of(facts, subject=user_id))
    return made


def lift_legal_hold(*, facts: RequestFacts, hold: LegalHold, reason: str) -> bool:
    """End a hold; False if it has ended before. One transaction that joins an outer one; locks the
    hold. Raises NotAllowed within a tenant."""
    check_site(facts)
    with transaction.atomic():
        rows = LegalHold.objects.select_for_update(of=("self",)).filter(pk=hold.pk, lifted_at=None)
        row = rows.first()
        if row is None:
            return False
        row.lifted_at, row.lifted_by_id = facts.now, facts.user or None
        row.save(update_fields=["lifted_at", "lifted_by"])
        said = LegalHoldLifted(legal_hold=str(row.pk), reason=reason)
        record(said, Circumstances.of(facts, subject=row.user_key))
    return True
