"""Ask for a release: a row, a job for a worker, and word to everybody who may stop it.

The door has asked for a proof before. The hold runs from here, because from here everybody knows.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.events.release import ReleaseAsked
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import LIVE, UNFINISHED, ReleaseState
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.notice.notify import notify
from otpguard.flows.release.approved import ask_for_release
from otpguard.flows.release.region import check_region
from otpguard.flows.scope import check_tenant
from otpguard.models import Release, Tenant
from otpguard.notices import links
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.queue import PRODUCE, enqueue
from otpguard.releases.jobs import arguments_text, job_config
from otpguard.tenants import policies
from otpguard.tenants.administrators import administrators_of
from otpguard.tenants.directory import member_of

MOST_LIVE = 5
"""Releases that one person may have at once in one tenant."""


def ask_release(
    *, facts: RequestFacts, job: str, arguments: Mapping[str, Any], language: str = ""
) -> Release:
    """Ask for the file of a job in the tenant of the request, and tell all its administrators.

    `arguments` is JSON that the job gets; it is kept encrypted and stands in the event as `filter`.
    While the same person's same file is being made, that release is returned. Locks the tenant and
    commits. Where the policy of the job's checkpoint asks for approvals, the file is made when they
    are there. Raises ImproperlyConfigured for an unknown job, TypeError for arguments that are no
    JSON, NotAllowed without an active membership in an active tenant, beyond MOST_LIVE, and for a
    tenant whose data may not lie where the files do.
    """
    config, text = job_config(job), arguments_text(arguments)
    roles = _roles(facts)
    with transaction.atomic():
        tenant = lock_tenant(facts.tenant)
        if tenant.status != Tenant.Status.ACTIVE:
            raise NotAllowed(str(_("This organization is suspended.")))
        check_region(tenant)
        known = _same(facts, job, text)
        if known is not None:
            return known
        policy = policies.at(
            checkpoint_named(config.checkpoint), policies.Scope.of_tenant(tenant), now=facts.now
        )
        made = Release(
            id=uuid.uuid4(),
            tenant=tenant,
            user_id=facts.user,
            roles=roles,
            job=job,
            arguments=text,
            format=config.format,
            checkpoint=config.checkpoint,
            downloads_left=settings().releases.downloads,
            created_at=facts.now,
            held_until=facts.now + policy.hold,
            waits_for_approval=bool(policy.approvals),
        )
        _announce(facts, made, text, language)
        if policy.approvals:
            ask_for_release(facts=facts, release=made, needed=policy.approvals)
        else:
            enqueue(PRODUCE, release_id=str(made.pk))
    return made


def _roles(facts: RequestFacts) -> list[str]:
    """The roles of the member who asks. Raises NotAllowed for everybody else."""
    if not facts.user or not facts.tenant:
        raise NotAllowed(str(_("Log in and select an organization first.")))
    check_tenant(facts, facts.tenant)
    member = member_of(facts.user, facts.tenant)
    if member is None or not member.active:
        raise NotAllowed(str(_("You are not an active member of this organization.")))
    return sorted(member.roles)


def _announce(facts: RequestFacts, release: Release, text: str, language: str) -> None:
    """Write the event and the row that names it, and tell everybody who may cancel it."""
    people = list(dict.fromkeys([*administrators_of(release.tenant_id), facts.user]))
    release.event = record(
        ReleaseAsked(
            export=str(release.pk),
            job=release.job,
            filter=text,
            held_until=stamp(release.held_until),
            told=len(people),
        ),
        where(facts, release),
    )
    release.save(force_insert=True)
    _tell(facts, release, people, language)


def stamp(moment: datetime) -> str:
    """A moment as events and notices carry it."""
    return moment.astimezone(UTC).isoformat()


def where(facts: RequestFacts, release: Release) -> Circumstances:
    """Who did something about whose release."""
    return Circumstances.of(
        facts,
        tenant=str(release.tenant_id),
        subject=str(release.user_id),
        checkpoint=release.checkpoint,
        target=release.job,
    )


def cancel_token(release: Release, person: str) -> str:
    """What lets its holder cancel one release, once: `person` is who it was sent to."""
    return vault.encrypt_token(vault.RELEASE_CANCEL, f"{release.pk} {person}")


def _same(facts: RequestFacts, job: str, text: str) -> Release | None:
    """The release that a second click would make again. Raises NotAllowed if there are too many."""
    live = Release.objects.filter(
        Q(tenant=facts.tenant), user_id=facts.user, state__in=[each.value for each in LIVE]
    )
    rows = list(live)
    for row in rows:
        unfinished = ReleaseState(row.state) in UNFINISHED
        if row.job == job and unfinished and row.arguments.reveal() == text:
            return row
    if len(rows) >= MOST_LIVE:
        raise NotAllowed(
            str(_("You have many exports already. Cancel one, or wait until one has expired."))
        )
    return None


def _tell(facts: RequestFacts, release: Release, people: list[str], language: str) -> None:
    for person in people:
        token = cancel_token(release, person)
        context = {
            str(Detail.JOB): release.job,
            str(Detail.HELD_UNTIL): stamp(release.held_until),
        }
        if link := links.page(links.CANCEL_RELEASE_PAGE, token, host=facts.host):
            context[Detail.LINK] = link
        notify(
            facts=facts,
            kind=NoticeKind.EXPORT_ASKED,
            user_id=person,
            tenant_id=str(release.tenant_id),
            context=context,
            language=language,
        )
