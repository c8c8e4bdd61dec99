"""Tell an audience of a tenant what happened there: one call for each change."""

from __future__ import annotations

from collections.abc import Mapping

from otpguard.account import email_of, find_user
from otpguard.core.assurance import Channel
from otpguard.core.audience import Recipient
from otpguard.core.facts import RequestFacts
from otpguard.flows.notice.notify import notify, queue_notice
from otpguard.notices.details import check_details
from otpguard.notices.kinds import KINDS, Detail, NoticeKind
from otpguard.tenants.recipients import recipients


def tell_tenant(
    *,
    facts: RequestFacts,
    kind: NoticeKind,
    tenant_id: str,
    context: Mapping[str, str],
    subject: str = "",
) -> int:
    """Queue a notice to the audience of its kind, and to `subject` if it concerns a person.

    Returns how many people were told. The details of who did it and from where are added. Joins the
    caller's transaction. Raises ValueError for a kind without an audience or details that it does
    not take, StoreUnavailable if the host's directory cannot be asked.
    """
    people = audience_of(facts=facts, kind=kind, tenant_id=tenant_id)
    if subject and subject not in {each.user for each in people}:
        people = (*people, Recipient(user=subject))
    full = {**done_by(facts), **context}
    for each in people:
        tell_one(facts=facts, kind=kind, tenant_id=tenant_id, to=each, context=full)
    return len(people)


def audience_of(*, facts: RequestFacts, kind: NoticeKind, tenant_id: str) -> tuple[Recipient, ...]:
    """Whom a notice of this kind goes to in a tenant. Raises ValueError for a kind without an
    audience, StoreUnavailable as `recipients` does."""
    audience = KINDS[kind].audience
    if audience is None:
        raise ValueError(f"a notice of {kind} has no audience")
    return recipients(tenant_id, audience, now=facts.now)


def tell_one(
    *,
    facts: RequestFacts,
    kind: NoticeKind,
    tenant_id: str,
    to: Recipient,
    context: Mapping[str, str],
) -> None:
    """Queue a notice to one recipient, in their language and by the routes that fit the tenant.
    Raises ValueError for details that the kind does not take."""
    if to.user:
        notify(
            facts=facts,
            kind=kind,
            user_id=to.user,
            tenant_id=tenant_id,
            context=context,
            language=to.language,
        )
        return
    queue_notice(
        facts=facts,
        kind=kind,
        channel=Channel.EMAIL,
        destination=to.email,
        user_id="",
        tenant_id=tenant_id,
        details=check_details(kind, context),
        language=to.language,
    )


def done_by(facts: RequestFacts) -> dict[str, str]:
    """Who did it and from where, as details of a notice; empty for code that no request started."""
    found: dict[str, str] = {}
    if facts.user:
        found[Detail.BY] = email_of(find_user(facts.user))
    if facts.client_ip:
        found[Detail.FROM_IP] = facts.client_ip
    return found


def person(user_id: str) -> dict[str, str]:
    """Whom a notice is about, as its detail."""
    return {Detail.PERSON: email_of(find_user(user_id))}
