"""Cancel a release: by the person, by an administrator, or by the link of the notice."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.account import known_id
from otpguard.audit.circumstances import Circumstances
from otpguard.core.events.release import ReleaseCanceled
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import LIVE, ReleaseFailure, ReleaseState
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.notice.notify import notify
from otpguard.flows.release.ask import where
from otpguard.flows.release.destroy import end_release
from otpguard.flows.scope import check_tenant, is_site
from otpguard.models import Release
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.administrators import administrators_of

LINK_LIFE = timedelta(hours=72)


def cancel_release(*, facts: RequestFacts, release: Release) -> bool:
    """Cancel a live release; its key is gone at once, its file after the commit.

    Needs no proof: it only ever takes away. False if it had ended before. Raises NotAllowed in
    another tenant, and for a member who neither asked for it nor is an administrator. Commits.
    """
    check_tenant(facts, release.tenant_id)
    own = facts.user == str(release.user_id)
    if not (own or is_site(facts) or facts.user in administrators_of(release.tenant_id)):
        raise NotAllowed(
            str(_("Only the person who asked for an export, or an administrator, can cancel it."))
        )
    with transaction.atomic():
        return _cancel(facts, release, by=facts.user, reason="")


def release_of_link(*, token: str) -> tuple[Release, str] | None:
    """The release that a link would cancel and the person it was sent to. Reads only; None for a
    link that is too old or not ours, and for a release that has ended."""
    try:
        plain = vault.decrypt_token(vault.RELEASE_CANCEL, token, max_age=LINK_LIFE)
        key, _space, person = plain.partition(" ")
        found = UUID(key)
    except (vault.UndecryptableError, ValueError):
        return None
    row = Release.objects.filter(pk=found, state__in=[each.value for each in LIVE]).first()
    return None if row is None else (row, person)


def cancel_by_link(*, facts: RequestFacts, token: str) -> Release | None:
    """Cancel by the link of a notice: the token is the permission, and a release ends once.

    Needs no login, and counts as done by the person whom the notice was sent to. None, with nothing
    written, if the link serves no more. Commits.
    """
    found = release_of_link(token=token)
    if found is None:
        return None
    release, person = found
    with transaction.atomic():
        done = _cancel(facts, release, by=known_id(person) or "", reason="link")
    return release if done else None


def cancel_for_lost_role(*, release: Release, now: datetime) -> bool:
    """End what somebody asked for who is no member any more or has lost a role. Commits."""
    facts = RequestFacts(now=now)
    with transaction.atomic():
        return _cancel(facts, release, by="", reason=ReleaseFailure.ROLE)


def cancel_unapproved(*, release: Release, now: datetime) -> bool:
    """End what others refused to approve, or did not approve in time. Commits."""
    with transaction.atomic():
        facts = RequestFacts(now=now)
        return _cancel(facts, release, by="", reason=ReleaseFailure.APPROVAL)


def _cancel(facts: RequestFacts, release: Release, *, by: str, reason: str) -> bool:
    event = ReleaseCanceled(
        export=str(release.pk), job=release.job, reason=reason, downloads=len(release.downloads)
    )
    at: Circumstances = where(facts, release)
    done = end_release(
        release=release,
        state=ReleaseState.CANCELED,
        event=event,
        circumstances=at,
        reason=reason,
        ended_by=by,
    )
    if done:
        for person in dict.fromkeys([*administrators_of(release.tenant_id), str(release.user_id)]):
            notify(
                facts=facts,
                kind=NoticeKind.EXPORT_CANCELED,
                user_id=person,
                tenant_id=str(release.tenant_id),
                context={Detail.JOB: release.job},
            )
    return done
