"""Delete decisions of the pumping defense that are too old to be explained, old releases and raised
limits, and what vendors said about numbers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from otpguard.database import transaction
from otpguard.flows.purge.terms import Counts, PurgeTerms, key_at, locked, record_purged
from otpguard.models import CapRaise, MailedBrowser, NumberAnswer, NumberRelease, PumpingDecision


def purgeable_decisions(terms: PurgeTerms) -> QuerySet[PumpingDecision]:
    """Decisions from before the term."""
    return PumpingDecision.objects.filter(pk__lt=key_at(terms.decisions))


def purgeable_releases(terms: PurgeTerms) -> QuerySet[NumberRelease]:
    """Releases that ended before the term."""
    return NumberRelease.objects.filter(until__lt=terms.rows)


def purgeable_mailed(terms: PurgeTerms) -> QuerySet[MailedBrowser]:
    """Links by e-mail from before the term."""
    return MailedBrowser.objects.filter(pk__lt=key_at(terms.rows))


def purgeable_answers(terms: PurgeTerms) -> QuerySet[NumberAnswer]:
    """What vendors said about numbers, once it is not used again."""
    return NumberAnswer.objects.filter(until__lt=terms.spent)


def purgeable_raises(terms: PurgeTerms) -> QuerySet[CapRaise]:
    """Raised limits that expired before the term; one that was ended early expires on its day."""
    return CapRaise.objects.filter(expires_at__lt=terms.rows)


def purge_mailed(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_mailed(terms).order_by("pk"), most)]
        deleted, _ = MailedBrowser.objects.filter(pk__in=old).delete()
        counts = Counts(mailed=deleted)
        record_purged(counts, before=terms.rows, now=now)
    return counts


def purge_decisions(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_decisions(terms).order_by("pk"), most)]
        deleted, _ = PumpingDecision.objects.filter(pk__in=old).delete()
        counts = Counts(decisions=deleted)
        record_purged(counts, before=terms.decisions, now=now)
    return counts


def purge_releases(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_releases(terms).order_by("pk"), most)]
        deleted, _ = NumberRelease.objects.filter(pk__in=old).delete()
        counts = Counts(releases=deleted)
        record_purged(counts, before=terms.rows, now=now)
    return counts


def purge_answers(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_answers(terms).order_by("until"), most)]
        deleted, _ = NumberAnswer.objects.filter(pk__in=old).delete()
        counts = Counts(answers=deleted)
        record_purged(counts, before=terms.spent, now=now)
    return counts


def purge_raises(*, terms: PurgeTerms, most: int, now: datetime) -> Counts:
    """Delete one batch. Commits by itself."""
    with transaction.atomic():
        old = [row.pk for row in locked(purgeable_raises(terms).order_by("pk"), most)]
        deleted, _ = CapRaise.objects.filter(pk__in=old).delete()
        counts = Counts(raises=deleted)
        record_purged(counts, before=terms.rows, now=now)
    return counts
