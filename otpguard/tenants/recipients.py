"""Whom a notice about a tenant goes to, by audience.

A host that keeps its people itself may say so by one more method of its tenant directory. What it
does not know is found among the rows of members, and an audience in which nobody is left falls back
to the administrators: no notice is lost because a tenant has named no billing admin.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, runtime_checkable

from django.db.models import Q

from otpguard.core.audience import ROLE_OF, Audience, Recipient, was_lost_recently
from otpguard.models import Membership
from otpguard.tenants.administrators import open_accounts, operators, people_with
from otpguard.tenants.directory import directory


@runtime_checkable
class KnowsRecipients(Protocol):
    """A tenant directory that says whom notices about a tenant go to. The method is optional."""

    def recipients(self, tenant: str, audience: Audience) -> Iterable[Recipient] | None:
        """The people of an audience, which is one of the keys of `ROLE_OF`; `tenant` is our id as
        text.

        None or nobody where the host does not know this audience: members with the role of that
        name are told then, or the administrators. Errors of the database pass through.
        """


def recipients(
    tenant: str, audience: Audience, *, now: datetime, subject: str = ""
) -> tuple[Recipient, ...]:
    """Whom to tell, each once; nobody for a subject that is not known or without a tenant.

    `subject` is the id of the person a notice is about. People who lost the role of an audience
    less than 72 hours ago are among them (A9), so that taking it from them
    first hides nothing. Reads the rows of the tenant's members, and asks the host's directory.
    Raises StoreUnavailable and the errors of the database.
    """
    if audience is Audience.SUBJECT:
        return (Recipient(user=subject),) if subject else ()
    if audience is Audience.SITE_OPERATORS:
        return tuple(Recipient(user=user) for user in operators())
    if not tenant:
        return ()
    found = named_people(tenant, audience)
    former = [Recipient(user=user) for user in _former(tenant, ROLE_OF[audience], now)]
    return tuple({(each.user, each.email.lower()): each for each in (*former, *found)}.values())


def named_people(tenant: str, audience: Audience) -> tuple[Recipient, ...]:
    """The people of an audience now, or the administrators where it has none. See `recipients`."""
    return _named(tenant, audience) or _named(tenant, Audience.ADMINS)


def _named(tenant: str, audience: Audience) -> tuple[Recipient, ...]:
    known = directory()
    if isinstance(known, KnowsRecipients):
        found = tuple(known.recipients(tenant, audience) or ())
        if found:
            return found
    return tuple(Recipient(user=user) for user in people_with(tenant, ROLE_OF[audience]))


def _former(tenant: str, role: str, now: datetime) -> list[str]:
    rows = Membership.objects.filter(Q(tenant=tenant), open_accounts("user__")).exclude(
        lost_roles={}
    )
    lost = rows.order_by("pk").values_list("user_id", "lost_roles")
    return [str(user) for user, roles in lost if was_lost_recently(roles, role, now=now)]
