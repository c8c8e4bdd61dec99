"""Delete what belongs to no challenge: uses of caps, notices, proofs from other sources, spent
tokens, and places of logins."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from otpguard.database import transaction
from otpguard.flows.purge.terms import Counts, PurgeTerms, key_at, locked, record_purged
from otpguard.models import Grant, LoginPlace, Notice, SpentToken, Usage


def purgeable_usage(terms: PurgeTerms) -> QuerySet[Usage]:
    """Uses that no cap counts any more."""
    return Usage.objects.filter(at__lt=terms.usage)


def purgeable_notices(terms: PurgeTerms) -> QuerySet[Notice]:
    """Notices that were sent or given up before the term."""
    done = [Notice.State.SENT.value, Notice.State.FAILED.value]
    return Notice.objects.filter(
        pk__lt=key_at(terms.rows), state__in=done, created_at__lt=terms.rows
    )


def purgeable_grants(terms: PurgeTerms) -> QuerySet[Grant]:
    """Proofs that are too old to count, from any source."""
    return Grant.objects.filter(pk__lt=key_at(terms.grants), verified_at__lt=terms.grants)


def purgeable_spent(terms: PurgeTerms) -> QuerySet[SpentToken]:
    """Tokens that would be refused for their age."""
    return SpentToken.objects.filter(expires_at__lt=terms.spent)


def purgeable_places(terms: PurgeTerms) -> QuerySet[LoginPlace]:
    """Places from which nobody has logged in for long."""
    return LoginPlace.objects.filter(last_seen_at__lt=terms.places)


def purge_usage(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself.

    No index covers the time alone, because it would slow down every start. The oldest rows have
    the lowest keys, so only the first ones are looked at.
    """
    with transaction.atomic():
        first = locked(Usage.objects.order_by("pk"), most)
        old = [row.pk for row in first if row.at < terms.usage]
        deleted, _ = Usage.objects.filter(pk__in=old).delete()
        counts = Counts(usage=deleted)
        record_purged(counts, before=terms.usage, now=now)
    return counts


def purge_notices(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_notices(terms).order_by("pk"), most)]
        deleted, _ = Notice.objects.filter(pk__in=old).delete()
        counts = Counts(notices=deleted)
        record_purged(counts, before=terms.rows, now=now)
    return counts


def purge_grants(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_grants(terms).order_by("pk"), most)]
        deleted, _ = Grant.objects.filter(pk__in=old).delete()
        counts = Counts(grants=deleted)
        record_purged(counts, before=terms.grants, now=now)
    return counts


def purge_spent(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_spent(terms).order_by("expires_at"), most)]
        deleted, _ = SpentToken.objects.filter(pk__in=old).delete()
        counts = Counts(spent=deleted)
        record_purged(counts, before=terms.spent, now=now)
    return counts


def purge_places(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_places(terms).order_by("last_seen_at"), most)]
        deleted, _ = LoginPlace.objects.filter(pk__in=old).delete()
        counts = Counts(places=deleted)
        record_purged(counts, before=terms.places, now=now)
    return counts
