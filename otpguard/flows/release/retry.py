"""What becomes of a try that went wrong: another one, or the end."""

from __future__ import annotations

from datetime import datetime

from otpguard.audit.recorder import record
from otpguard.core.events.release import ReleaseFailed, ReleaseRetried
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import ReleaseFailure, ReleaseState, next_try
from otpguard.database import transaction
from otpguard.flows.notice.notify import notify
from otpguard.flows.release.ask import where
from otpguard.flows.release.destroy import end_release
from otpguard.models import Release
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.releases import storage


def went_wrong(
    release: Release, reason: ReleaseFailure, *, now: datetime, final: bool = False
) -> bool:
    """Let a running try end: the release waits for another, or has failed and the person is told.

    The file of the try is deleted and its key destroyed. Nothing happens if another worker has the
    release by now. Always False: nothing is ready. Commits.
    """
    again = None if final else next_try(tries=release.tries, now=now)
    facts = RequestFacts(now=now)
    mine = Release.objects.filter(
        pk=release.pk, state=ReleaseState.RUNNING.value, tries=release.tries
    )
    with transaction.atomic():
        if mine.select_for_update(of=("self",)).first() is None:
            pass
        elif again is None:
            _fail(release, reason, facts)
        elif mine.update(state=ReleaseState.QUEUED.value, key="", lease_until=again):
            retried = ReleaseRetried(
                export=str(release.pk), job=release.job, attempt=release.tries, reason=reason
            )
            record(retried, where(facts, release))
    storage.delete(release.file)
    return False


def fail_waiting(release: Release, *, now: datetime) -> None:
    """Give up a release that no worker has begun. Commits."""
    with transaction.atomic():
        _fail(release, ReleaseFailure.WORKER, RequestFacts(now=now))


def _fail(release: Release, reason: ReleaseFailure, facts: RequestFacts) -> None:
    failed = ReleaseFailed(export=str(release.pk), job=release.job, reason=reason)
    done = end_release(
        release=release,
        state=ReleaseState.FAILED,
        event=failed,
        circumstances=where(facts, release),
        reason=reason,
    )
    if done:
        notify(
            facts=facts,
            kind=NoticeKind.EXPORT_FAILED,
            user_id=str(release.user_id),
            tenant_id=str(release.tenant_id),
            context={Detail.JOB: release.job},
        )
