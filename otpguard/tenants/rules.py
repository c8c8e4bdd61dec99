"""The enrollment rules that count in a tenant, from a process cache.

As with policies, the key holds the tenant's policy version, which is read with the membership, so
a change is seen at the next request of every process (C1).
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import DatabaseError, InterfaceError
from django.db.models import Q

from otpguard.committed_cache import CommittedCache
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import Rule
from otpguard.exceptions import StoreUnavailable
from otpguard.models import EnrollmentRule

_cache: CommittedCache[tuple[Rule, ...]] = CommittedCache(4096)


def rules_of(tenant: str, version: int) -> tuple[Rule, ...]:
    """The rules of a tenant at a version, the site's among them.

    Costs one read when the version is new to this process. Raises StoreUnavailable when it fails.
    """
    return _cache.get((tenant, version), partial(_read, Q(tenant=None) | Q(tenant=tenant)))


def site_rules() -> tuple[Rule, ...]:
    """The site's own rules, read each time: the site has no version. Raises StoreUnavailable."""
    return _read(Q(tenant=None))


def as_rule(row: EnrollmentRule) -> Rule:
    """A row as the core sees it."""
    return Rule(
        role=row.role,
        level=None if row.level is None else AssuranceLevel(row.level),
        starts_at=row.starts_at,
        grace=timedelta(days=row.grace_days),
    )


def forget() -> None:
    """Empty this process's cache."""
    _cache.cache_clear()


def _read(which: Q) -> tuple[Rule, ...]:
    try:
        return tuple(as_rule(row) for row in EnrollmentRule.objects.filter(which).order_by("pk"))
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the enrollment rules cannot be read") from error
