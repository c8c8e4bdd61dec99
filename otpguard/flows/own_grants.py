"""End a confirmation of one's own before its time, in whatever organization it was given."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from otpguard.core.facts import RequestFacts
from otpguard.flows.revoke import end_grants
from otpguard.models import Grant


def end_own_grant(*, facts: RequestFacts, grant_id: UUID) -> bool:
    """End one proof of the person who asks, of any login and organization: it only tightens.

    False, with nothing written, for one that is over, somebody else's or none. Locks it; the event
    is of the organization that the proof was for.
    """
    if not facts.user:
        return False
    with transaction.atomic():
        own = Grant.objects.select_for_update().filter(
            pk=grant_id, user_id=facts.user, revoked_at=None
        )
        return bool(end_grants(facts, list(own), "ended by the person"))
