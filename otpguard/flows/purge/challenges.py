"""Delete challenges that ended long ago, with their numbers, deliveries, uses and proofs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.database import transaction
from otpguard.flows.delivery.daily_totals import add_up
from otpguard.flows.purge.terms import NOTHING, Counts, PurgeTerms, key_at, locked, record_purged
from otpguard.models import Challenge, Delivery, Grant, PhoneClaim, Usage

_UNDER_WAY = (
    Q(state__in=[DeliveryState.QUEUED.value, DeliveryState.SENDING.value])
    | Q(status_call_at__isnull=False)
    | Q(closing_call_at__isnull=False)
)


def purgeable_challenges(terms: PurgeTerms) -> QuerySet[Challenge]:
    """Challenges that ended before the term and have nothing on its way any more."""
    under_way = Delivery.objects.filter(_UNDER_WAY, challenge=OuterRef("pk"))
    ended = Challenge.objects.filter(pk__lt=key_at(terms.rows), closed_at__lt=terms.rows)
    return ended.exclude(Q(state=ChallengeState.OPEN.value) | Q(Exists(under_way)))


def purge_challenges(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch, after its deliveries were added to the daily totals. Commits by itself.

    Locks the challenges, then the totals. All or nothing: after a crash the next call begins where
    this one began.
    """
    with transaction.atomic():
        keys = [row.pk for row in locked(purgeable_challenges(terms).order_by("pk"), most)]
        if not keys:
            return NOTHING
        sent = Delivery.objects.filter(challenge__in=keys).select_related("challenge")
        rows = list(sent.defer("challenge__destination", "challenge__net", "challenge__target"))
        add_up(rows)
        usage, _ = Usage.objects.filter(challenge__in=keys).delete()
        grants, _ = Grant.objects.filter(challenge__in=keys, verified_at__lt=terms.grants).delete()
        claims, _ = PhoneClaim.objects.filter(challenge__in=keys).delete()
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).delete()
        Challenge.objects.filter(pk__in=keys).delete()
        counts = Counts(
            challenges=len(keys), deliveries=len(rows), usage=usage, grants=grants, claims=claims
        )
        record_purged(counts, before=terms.rows, now=now)
    return counts
