"""Delete what is left of sign-ins at identity providers: those that nobody came back from, and
statements that are too old to be taken in again."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from otpguard.database import transaction
from otpguard.flows.purge.terms import Counts, PurgeTerms, locked, record_purged
from otpguard.models import IdpRequest, SeenStatement


def purgeable_sign_ins(terms: PurgeTerms) -> QuerySet[IdpRequest]:
    """Sign-ins that could not be answered any more before the term."""
    return IdpRequest.objects.filter(expires_at__lt=terms.spent)


def purgeable_statements(terms: PurgeTerms) -> QuerySet[SeenStatement]:
    """Statements that are refused for their age alone."""
    return SeenStatement.objects.filter(expires_at__lt=terms.spent)


def purge_sign_ins(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_sign_ins(terms).order_by("expires_at"), most)]
        deleted, _ = IdpRequest.objects.filter(pk__in=old).delete()
        counts = Counts(sign_ins=deleted)
        record_purged(counts, before=terms.spent, now=now)
    return counts


def purge_statements(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_statements(terms).order_by("expires_at"), most)]
        deleted, _ = SeenStatement.objects.filter(pk__in=old).delete()
        counts = Counts(statements=deleted)
        record_purged(counts, before=terms.spent, now=now)
    return counts
