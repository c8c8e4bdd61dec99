"""Whether the person who asked for a release may still have it."""

from __future__ import annotations

from otpguard.account import find_user
from otpguard.core.release.terms import is_still_entitled
from otpguard.models import Release, Tenant
from otpguard.tenants.directory import member_of


def is_entitled(release: Release) -> bool:
    """True while the account, the membership and the tenant are active and no role was lost.

    Raises StoreUnavailable when the directory cannot be read.
    """
    user = find_user(release.user_id)
    if user is None or not user.is_active:
        return False
    if not Tenant.objects.filter(pk=release.tenant_id, status=Tenant.Status.ACTIVE).exists():
        return False
    member = member_of(str(release.user_id), str(release.tenant_id))
    return member is not None and is_still_entitled(
        active=member.active, had=frozenset(release.roles), has=member.roles
    )
