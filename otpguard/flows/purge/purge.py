"""Delete rows whose time is up, one batch after another until none is left.

Every worker's sweep takes steps, and so does the command; each passes over rows that another one
is deleting. Nothing is remembered between processes: after a crash the next step finds what
is left.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from otpguard.flows.purge import federation, leftovers, pumping, releases
from otpguard.flows.purge.challenges import purge_challenges, purgeable_challenges
from otpguard.flows.purge.sessions import Place, Walked, walk_sessions
from otpguard.flows.purge.terms import BATCH, NOTHING, Counts, PurgeTerms, terms_of
from otpguard.models import Delivery, PhoneClaim

REST = timedelta(hours=1)
"""How long a purge that has found all waits: rows come of age at midnight (UTC)."""

SESSIONS = 100
"""The most sessions of one step: each asks the store of web sessions, while they are locked."""

_PARTS = {
    "challenges": purge_challenges,
    "usage": leftovers.purge_usage,
    "notices": leftovers.purge_notices,
    "grants": leftovers.purge_grants,
    "decisions": pumping.purge_decisions,
    "releases": pumping.purge_releases,
    "mailed": pumping.purge_mailed,
    "answers": pumping.purge_answers,
    "raises": pumping.purge_raises,
    "exports": releases.purge_exports,
    "billing_changes": releases.purge_billing,
    "spent": leftovers.purge_spent,
    "places": leftovers.purge_places,
    "sign_ins": federation.purge_sign_ins,
    "statements": federation.purge_statements,
}
"""What deletes a batch, by the field of Counts that is full if there may be more."""


class Purge:
    """One purge of one process: which parts are done, and how far the walk over sessions is."""

    def __init__(self, *, batch: int = BATCH) -> None:
        self._batch = batch
        self._begin()
        self._rests_until: datetime | None = None

    def step(self, *, now: datetime) -> Counts | None:
        """Delete one batch of each part that is not done. Once all are done, returns None for REST.

        Commits each batch by itself. Errors of the database and of the store of web sessions pass
        through; the next step goes on.
        """
        if self._rests_until is not None and now < self._rests_until:
            return None
        terms, counts = terms_of(now), NOTHING
        for name in sorted(self._open):
            found = _PARTS[name](terms=terms, most=self._batch, now=now)
            if getattr(found, name) < self._batch:
                self._open.discard(name)
            counts += found
        if self._walks:
            walked = self._walk(terms, now)
            counts += walked.counts
        if not self._open and not self._walks:
            self._begin()
            self._rests_until = now + REST
        return counts

    def _begin(self) -> None:
        self._open = set(_PARTS)
        self._walks = True
        self._after: Place | None = None

    def _walk(self, terms: PurgeTerms, now: datetime) -> Walked:
        most = min(self._batch, SESSIONS)
        walked = walk_sessions(terms=terms, most=most, now=now, after=self._after)
        self._after = walked.after
        self._walks = walked.after is not None
        return walked


def count_purgeable(*, now: datetime) -> Counts:
    """How many rows a purge would delete now, by their own terms. Deletes nothing.

    Proofs and uses that would go with a challenge or a session are counted as such. Looks at every
    old login session.
    """
    terms = terms_of(now)
    challenges = purgeable_challenges(terms)
    counts = Counts(
        challenges=challenges.count(),
        deliveries=Delivery.objects.filter(challenge__in=challenges.values("pk")).count(),
        claims=PhoneClaim.objects.filter(challenge__in=challenges.values("pk")).count(),
        usage=leftovers.purgeable_usage(terms).count(),
        notices=leftovers.purgeable_notices(terms).count(),
        grants=leftovers.purgeable_grants(terms).count(),
        decisions=pumping.purgeable_decisions(terms).count(),
        releases=pumping.purgeable_releases(terms).count(),
        mailed=pumping.purgeable_mailed(terms).count(),
        answers=pumping.purgeable_answers(terms).count(),
        raises=pumping.purgeable_raises(terms).count(),
        exports=releases.purgeable_exports(terms).count(),
        billing_changes=releases.purgeable_billing(terms).count(),
        spent=leftovers.purgeable_spent(terms).count(),
        places=leftovers.purgeable_places(terms).count(),
        sign_ins=federation.purgeable_sign_ins(terms).count(),
        statements=federation.purgeable_statements(terms).count(),
    )
    after: Place | None = None
    while True:
        walked = walk_sessions(terms=terms, most=SESSIONS, now=now, after=after, dry_run=True)
        counts += walked.counts
        after = walked.after
        if after is None:
            return counts
