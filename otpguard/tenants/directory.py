"""The tenant directory: which tenant a request is about, and who belongs to one. A public extension
point.

A host that knows its tenant by subdomain or path, or keeps memberships of its own, writes a class
with the two methods below and names it in OTPGUARD["TENANT_DIRECTORY"]. One that only finds the
tenant in another way inherits the second method from `OurMembers`. The contract suite that the
shipped one passes is `otpguard.testing.tenant_directory_contract`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.utils.module_loading import import_string

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Membership, Tenant
from otpguard.tenants.single import SINGLE_ID, is_single, roles_of

SESSION_KEY = "otpguard_tenant"

_SEEN = "_otpguard_tenant"
"""Where a request keeps what its `tenant` was found to be."""

logger = logging.getLogger("otpguard.tenants")


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipFacts:
    """What a directory knows of a member. One who is not active passes no checkpoint.

    `since` is when they became a member, from which grace periods of enrollment count; None if the
    host does not know: then a rule's own start counts.
    """

    roles: frozenset[str]
    active: bool = True
    since: datetime | None = None


@runtime_checkable
class TenantDirectory(Protocol):
    """Says which tenant a request is about, and who belongs to a tenant in which roles.

    The guard asks both and trusts neither for the other, so the first may believe a host name or a
    path. It is made once in a process, without arguments, and called by several threads at once,
    more than once for a request: what it looks up about a request should be kept on the request.
    """

    def tenant_for(self, request: Any) -> str:  # noqa: ANN401 (a driver does not know HTTP)
        """The id of the request's tenant as text; empty when there is none, or none by that name.

        Never raises, for a request without a session or a user neither. The same request gives the
        same answer. Changes neither the request's session nor anything in the database.
        """

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        """What the person is in the tenant; None for somebody who does not belong to it.

        Both are ids as text, of which there may be none. As it is now: an answer that is kept lets
        somebody in who was put out. Errors of the database pass through: the guard refuses then.
        """


class OurMembers:
    """Members as otpguard's own table has them; the guard reads them in its one statement."""

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        """See TenantDirectory."""
        try:
            whose = Q(user_id=user, tenant_id=UUID(tenant))
            row = Membership.objects.filter(whose).values_list("roles", "active", "created_at")
            found = row.order_by().first()
        except (ValueError, ValidationError):  # no id of a tenant, or of a person
            return None
        if found is None:
            return None
        roles, active, since = found
        return MembershipFacts(roles=frozenset(roles), active=active, since=since)


class SessionDirectory(OurMembers):
    """`request.tenant` when the host's middleware set one, else the tenant kept in the session."""

    def tenant_for(self, request: Any) -> str:  # noqa: ANN401 (a driver does not know HTTP)
        """See TenantDirectory. A `request.tenant` that is not ours counts as no tenant: the session
        may name another one than the view acts on (A31)."""
        given = getattr(request, "tenant", None)
        if getattr(given, "__class__", None) is not type(None):  # looks through a lazy object
            return _named_by_host(request, given)
        session = getattr(request, "session", None)
        return "" if session is None else str(session.get(SESSION_KEY) or "")


class SingleDirectory(OurMembers):
    """Every request is about the one tenant (TENANCY), and the accounts say who has which role."""

    def tenant_for(self, request: Any) -> str:  # noqa: ANN401, ARG002 (a driver does not know HTTP)
        """See TenantDirectory."""
        return str(SINGLE_ID)

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        """See TenantDirectory. Of the roles that were written, those that the account still has."""
        known = super().member_of(user, tenant)
        return None if known is None else replace(known, roles=known.roles & roles_of(user))


def _named_by_host(request: Any, given: Any) -> str:  # noqa: ANN401 (the host's own model)
    if isinstance(given, Tenant):
        return str(given.pk)
    key = str(getattr(given, "pk", given))
    seen: tuple[str, str] | None = getattr(request, _SEEN, None)
    if seen is None or seen[0] != key:
        seen = (key, _mapped(given, key))
        setattr(request, _SEEN, seen)
    return seen[1]


def _mapped(given: Any, key: str) -> str:  # noqa: ANN401 (the host's own model)
    """The id of our tenant for an object of the host's, or for a key that is one of ours or theirs.

    The external id goes first: a host's key is what the host meant.
    """
    found = None
    if key and "\0" not in key:
        found = Tenant.objects.filter(external_id=key).values_list("pk", flat=True).first()
        if found is None and not hasattr(given, "pk"):
            found = _ours(key)
    if found is None and django_settings.DEBUG:
        logger.warning(
            "request.tenant is %r, which is not an organization of otpguard's: set its external_id"
            " to %r. Until then the request is refused as no_tenant.",
            given,
            key,
        )
    return str(found or "")


def _ours(key: str) -> UUID | None:
    try:
        pk = UUID(key)
    except ValueError:
        return None
    return Tenant.objects.filter(pk=pk).values_list("pk", flat=True).first()


@lru_cache(maxsize=1)
def directory() -> TenantDirectory:
    """The configured directory, made once.

    Raises ImportError for a wrong dotted path, TypeError for a class that is not a directory.
    """
    if is_single():
        return SingleDirectory()
    path = settings().tenant_directory
    made = import_string(path)()
    if not isinstance(made, TenantDirectory):
        raise TypeError(
            f"{path} must have the methods `tenant_for` and `member_of`;"
            " it may inherit the second from otpguard.tenants.directory.OurMembers"
        )
    return made


def members_are_ours() -> bool:
    """True while members are read from our own table, False while the host's directory says who
    they are."""
    made = type(directory())
    return made is SingleDirectory or getattr(made, "member_of", None) is OurMembers.member_of


def member_of(user: str, tenant: str) -> MembershipFacts | None:
    """What the directory says of the person in the tenant now. Raises StoreUnavailable."""
    if not user or not tenant:
        return None
    try:
        return directory().member_of(user, tenant)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the membership cannot be read") from error


forget_on_change(directory)
