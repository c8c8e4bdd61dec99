"""A release that other administrators must approve before its file is made."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import ReleaseState
from otpguard.exceptions import NotAllowed
from otpguard.flows.approval.approve import ApprovalAction, ask_approval, register_action
from otpguard.flows.release.entitled import is_entitled
from otpguard.models import Approval, Release
from otpguard.queue import PRODUCE, enqueue

LIFE = timedelta(hours=20)
"""How long others can approve it. It is less than the day after which a release that no worker has
begun has failed, so that an approved one has time to be made."""


def ask_for_release(*, facts: RequestFacts, release: Release, needed: int) -> Approval:
    """Ask `needed` other administrators to approve a release that waits. Joins the caller's
    transaction, which has just written the release."""
    return ask_approval(
        facts=facts,
        action=RELEASE,
        subject_id="",
        tenant_id=str(release.tenant_id),
        what={"release": str(release.pk)},
        reason=release.job,
        context={},
        needed=needed,
    )


def is_refused(release: Release, *, now: datetime) -> bool:
    """Whether nobody can approve a waiting release any more. Reads one row."""
    row = Approval.objects.filter(
        action=RELEASE.name, tenant=release.tenant_id, what={"release": str(release.pk)}
    ).first()
    if row is None or row.state in {Approval.State.REFUSED, Approval.State.EXPIRED}:
        return True
    return row.state == Approval.State.OPEN and row.expires_at <= now


def _run(_facts: RequestFacts, row: Approval) -> Release:
    """Hand it to a worker. The person who asked must still be who they were then."""
    waiting = Release.objects.select_for_update(of=("self",)).filter(
        pk=row.what["release"],
        tenant=row.tenant_id,
        state=ReleaseState.QUEUED.value,
        waits_for_approval=True,
    )
    release = waiting.first()
    if release is None:
        raise NotAllowed(str(_("This export has ended already.")))
    release.waits_for_approval = False
    release.save(update_fields=["waits_for_approval"])
    enqueue(PRODUCE, release_id=str(release.pk))
    return release


def _may_ask(row: Approval) -> bool:
    """Any member may ask for an export, as long as they keep the roles that they had."""
    release = Release.objects.filter(pk=row.what["release"], tenant=row.tenant_id).first()
    return release is not None and is_entitled(release)


RELEASE = register_action(
    ApprovalAction(
        name="release",
        label=_("Make an export"),
        checkpoint="data_export",
        run=_run,
        may_ask=_may_ask,
        life=LIFE,
    )
)
