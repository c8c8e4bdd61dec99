"""Delete exports that ended long ago, and billing changes that nobody can lock any more."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from otpguard.core.release.terms import ENDED
from otpguard.database import transaction
from otpguard.flows.purge.terms import Counts, PurgeTerms, key_at, locked, record_purged
from otpguard.models import BillingChange, Release


def purgeable_exports(terms: PurgeTerms) -> QuerySet[Release]:
    """Releases that ended before the term. One whose file is still in the storage stays: its row
    is what the sweep deletes the file by."""
    over = [each.value for each in ENDED]
    return Release.objects.filter(state__in=over, file="", ended_at__lt=terms.rows)


def purgeable_billing(terms: PurgeTerms) -> QuerySet[BillingChange]:
    """Billing changes from before the term, unless one has a lock that runs longer."""
    no_lock = Q(locked_until=None) | Q(locked_until__lt=terms.rows)
    old = BillingChange.objects.filter(pk__lt=key_at(terms.rows), at__lt=terms.rows)
    return old.filter(no_lock)


def purge_exports(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_exports(terms).order_by("ended_at"), most)]
        deleted, _ = Release.objects.filter(pk__in=old).delete()
        counts = Counts(exports=deleted)
        record_purged(counts, before=terms.rows, now=now)
    return counts


def purge_billing(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_billing(terms).order_by("pk"), most)]
        deleted, _ = BillingChange.objects.filter(pk__in=old).delete()
        counts = Counts(billing_changes=deleted)
        record_purged(counts, before=terms.rows, now=now)
    return counts
